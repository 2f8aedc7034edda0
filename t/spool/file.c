/* The text of a spool file. */
#include "spool/file.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define ID "fa8896c2351f8b7e73ac3a3d209c6ac5"
#define HEAD "Return-Path: <r@d.com>\nX-Saca-Send: 1166\nX-Saca-Id: " ID "\n" \
	"X-Saca-User: victor.acme\nX-Saca-Ip: 192.0.2.7\nX-Saca-Date: 2013-09-12T11:59:19Z\n"
#define TAIL "Received: from m (192.0.2.7) by h with SMTP id x; date\n"
#define WHOLE HEAD "X-Saca-Recipients: 2\nDelivered-To: a@x.es\nDelivered-To: b@x.es\n" \
	TAIL "X-Saca-Send: 7\nDelivered-To: c@x.es\n\nbody"

static bool same(struct slice v, char const *s)
{
	return v.n == strlen(s) && memcmp(v.s, s, v.n) == 0;
}

START_TEST(whole_file_is_parsed)
{
	struct spoolfile f;
	struct slice a;
	size_t at = 0;
	ck_assert_ptr_null(spoolfile_read(&f, WHOLE, sizeof WHOLE - 1));
	ck_assert(same(f.sender, "r@d.com"));
	ck_assert_uint_eq(f.send, 1166);
	ck_assert(same(f.id, ID));
	ck_assert(same(f.user, "victor.acme"));
	ck_assert(same(f.plan, "acme"));
	ck_assert(same(f.ip, "192.0.2.7"));
	ck_assert(same(f.date, "2013-09-12T11:59:19Z"));
	ck_assert_uint_eq(f.recipients, 2);
	ck_assert(spoolfile_recipient(&f, &at, &a) && same(a, "a@x.es"));
	ck_assert(spoolfile_recipient(&f, &at, &a) && same(a, "b@x.es"));
	ck_assert(!spoolfile_recipient(&f, &at, &a));
	ck_assert(same(f.message, "X-Saca-Send: 7\nDelivered-To: c@x.es\n\nbody"));
}
END_TEST

START_TEST(head_is_parsed_as_written)
{
	struct spoolfile f, g;
	struct buf out = BUF_ZERO;
	for (int contacts = 0; contacts < 2; contacts++) {
		ck_assert_ptr_null(spoolfile_read(&f, WHOLE, sizeof WHOLE - 1));
		out.len = 0;
		f.send = contacts ? 0 : UINT64_C(9223372036854775807);
		f.sandbox = !contacts;
		ck_assert(spoolfile_head(&out, &f));
		ck_assert(buf_put(&out, f.delivered.s, f.delivered.n));
		ck_assert(trace_received(&out, &(struct trace){.id = ID, .date = "x"}));
		if (!contacts)
			ck_assert(buf_puts(&out, "body"));
		ck_assert_ptr_null(spoolfile_read(&g, out.s, out.len));
		ck_assert_uint_eq(g.send, f.send);
		ck_assert(g.sandbox == f.sandbox);
		ck_assert_uint_eq(g.recipients, 2);
		ck_assert(same(g.message, contacts ? "" : "body"));
	}
	buf_free(&out);
}
END_TEST

/* Cut anywhere before its message. */
START_TEST(cut_file_is_refused)
{
	size_t fields = sizeof WHOLE - 1 - strlen("X-Saca-Send: 7\nDelivered-To: c@x.es\n\nbody");
	for (size_t n = 0; n <= fields; n++) {
		struct spoolfile f;
		char *copy = malloc(n ? n : 1); /* so that the sanitizer sees a read beyond n */
		memcpy(copy, WHOLE, n);
		ck_assert_msg(spoolfile_read(&f, copy, n) != NULL, "whole at %zu", n);
		free(copy);
	}
}
END_TEST

/* A line of the whole file, and what it is replaced by. */
static struct {
	char const *line, *by;
} const faults[] = {
	{"Return-Path: <r@d.com>", "Return-Path: <>"},
	{"Return-Path: <r@d.com>", "Return-Path: r@d.com"},
	{"Return-Path: <r@d.com>", "return-path: <r@d.com>"},
	{"X-Saca-Send: 1166", "X-Saca-Send: 0"},
	{"X-Saca-Send: 1166", "X-Saca-Send: -1"},
	{"X-Saca-Send: 1166", "X-Saca-Send: 9223372036854775808"},
	{"X-Saca-Send: 1166\n", ""},
	{"X-Saca-Id: " ID, "X-Saca-Id: " "FA8896c2351f8b7e73ac3a3d209c6ac5"},
	{"X-Saca-Id: " ID, "X-Saca-Id: " ID "0"},
	{"X-Saca-User: victor.acme", "X-Saca-User: acme"},
	{"X-Saca-User: victor.acme", "X-Saca-User: victor.Acme"},
	{"X-Saca-User: victor.acme", "X-Saca-User: vic tor.acme"},
	{"X-Saca-Ip: 192.0.2.7", "X-Saca-Ip: "},
	{"X-Saca-Date: 2013-09-12T11:59:19Z", "X-Saca-Date: 2013-09-12"},
	{"X-Saca-Recipients: 2", "X-Saca-Recipients: 0"},
	{"X-Saca-Recipients: 2", "X-Saca-Recipients: 1"},
	{"X-Saca-Recipients: 2", "X-Saca-Recipients: 3"},
	{"X-Saca-Recipients: 2", "X-Saca-Recipients: 4294967296"},
	{"Delivered-To: a@x.es", "Delivered-To: b@x.es"},
	{"Delivered-To: a@x.es", "Delivered-To: c@x.es"},
	{"Delivered-To: a@x.es", "Delivered-To: a"},
	{"X-Saca-Recipients: 2", "X-Saca-Sandbox: no\nX-Saca-Recipients: 2"},
	{"X-Saca-Recipients: 2", "X-Saca-Recipients: 2\nX-Saca-Sandbox: yes"},
	{"Received: from", "X-Received: from"},
};

START_TEST(malformed_file_is_refused)
{
	char text[2000];
	struct spoolfile f;
	char const *at = strstr(WHOLE, faults[_i].line);
	ck_assert_ptr_nonnull(at);
	sprintf(text, "%.*s%s%s", (int)(at - WHOLE), WHOLE, faults[_i].by, at + strlen(faults[_i].line));
	ck_assert_msg(spoolfile_read(&f, text, strlen(text)) != NULL, "%s", faults[_i].by);
}
END_TEST

START_TEST(send_without_message_is_refused)
{
	struct spoolfile f;
	char const *text = HEAD "X-Saca-Recipients: 1\nDelivered-To: a@x.es\n" TAIL;
	ck_assert_ptr_nonnull(spoolfile_read(&f, text, strlen(text)));
}
END_TEST

START_TEST(identity_is_read_from_the_head)
{
	uint64_t send = 7;
	struct slice id;
	ck_assert(spoolfile_identity(HEAD, sizeof HEAD - 1, &send, &id));
	ck_assert_uint_eq(send, 1166);
	ck_assert(same(id, ID));
	ck_assert(!spoolfile_identity(HEAD, 40, &send, &id));
	ck_assert(!spoolfile_identity("", 0, &send, &id));
}
END_TEST

/* --- The Received field --- */

START_TEST(received_field_has_no_stray_octets)
{
	struct buf out = BUF_ZERO;
	struct trace t = {.helo = "Maq\r\n(x)\\;", .ip = "::1", .host = "h.es", .proto = "ESMTPSA",
		.tls = "TLSv1.2", .cipher = "A\nB", .id = ID, .date = "D"};
	ck_assert(trace_received(&out, &t));
	ck_assert(same((struct slice){out.s, out.len}, "Received: from Maq???x??? (::1) by h.es "
		"with ESMTPSA (TLSv1.2 A?B) id " ID "; D\n"));
	out.len = 0;
	ck_assert(trace_received(&out, &(struct trace){.host = "", .id = ID, .date = "D"}));
	ck_assert(same((struct slice){out.s, out.len}, "Received: from unknown (unknown) by unknown "
		"with SMTP id " ID "; D\n"));
	buf_free(&out);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("spoolfile");
	TCase *c = unit_case("spoolfile");
	tcase_add_test(c, whole_file_is_parsed);
	tcase_add_test(c, head_is_parsed_as_written);
	tcase_add_test(c, cut_file_is_refused);
	tcase_add_loop_test(c, malformed_file_is_refused, 0, sizeof faults / sizeof *faults);
	tcase_add_test(c, send_without_message_is_refused);
	tcase_add_test(c, identity_is_read_from_the_head);
	tcase_add_test(c, received_field_has_no_stray_octets);
	suite_add_tcase(s, c);
	return s;
}
