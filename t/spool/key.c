/* The key of a transaction: which messages are repeats. */
#include "spool/key.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define PHP(boundary, date) "Date: " date "\n" \
	"Message-ID: <pedido-1@tienda.example>\n" \
	"Subject: Pedido\nMIME-Version: 1.0\n" \
	"Content-Type: multipart/alternative;\n boundary=\"" boundary "\"; charset=utf-8\n\n" \
	"This is a multi-part message in MIME format.\n\n" \
	"--" boundary "\nContent-Type: text/plain\n\nhola\n" \
	"--" boundary "\nContent-Type: multipart/related; boundary=in" boundary "\n\n" \
	"--in" boundary "\nContent-Type: text/html\n\n<p>hola</p>\n" \
	"--in" boundary "--\n" \
	"--" boundary "--\n"

static void key_for(char key[SPOOL_KEY], char const *plan, char const *envelope, size_t n, char const *message)
{
	struct envelope e;
	envelope_init(&e, 10);
	ck_assert_int_eq(envelope_feed(&e, envelope, n), ENVELOPE_DONE);
	ck_assert_int_eq(spool_key(key, plan, &e, message, strlen(message), "0123"), 1);
	envelope_free(&e);
}

static void key_of(char key[SPOOL_KEY], char const *message)
{
	static char const text[] = "Fr@d.es\0Ta@x.es\0";
	key_for(key, "acme", text, sizeof text, message);
}

static bool is_same(char const *a, char const *b)
{
	char key[2][SPOOL_KEY];
	key_of(key[0], a);
	key_of(key[1], b);
	return strcmp(key[0], key[1]) == 0;
}

START_TEST(new_boundaries_and_date_are_a_repeat)
{
	ck_assert(is_same(PHP("b1_aa", "Thu, 12 Sep 2013 13:59:15 +0200"), PHP("b1_bb", "Thu, 12 Sep 2013 14:03:41 +0200")));
	ck_assert(is_same(PHP("=_long.er", "x"), PHP("short", "y")));
}
END_TEST

/* Two header lines, or bodies, of one message. */
static struct {
	char const *a, *b;
	bool same;
} const pairs[] = {
	{"Received: from a\n b\n", "", true},
	{"Received: from a\n", "RECEIVED: from b\n", true},
	{"DKIM-Signature: a=b\n", "DKIM-Signature: a=c\n", true},
	{"Return-Path: <a@b.es>\n", "", true},
	{"Authentication-Results: a\n", "", true},
	{"Content-Type: multipart/mixed; boundary=a\n", "Content-Type: multipart/mixed; Boundary = \"b\\\"c;d\"\n", true},
	{"Content-Type: multipart/mixed; boundary=a; x=y\n", "Content-Type: multipart/mixed; boundary=b; x=y\n", true},
	{"Content-Type: multipart/mixed; x=y; boundary*0=a; boundary*1=b\n",
		"Content-Type: multipart/mixed; x=y; boundary=ab\n", true},
	{"Content-Type: multipart/mixed; boundary=a; x=y\n", "Content-Type: multipart/mixed; boundary=a; x=z\n", false},
	{"Content-Type: multipart/mixed; boundary=a\n", "Content-Type: multipart/related; boundary=a\n", false},
	{"Content-Type: multipart/mixed; boundaries=a\n", "Content-Type: multipart/mixed; boundaries=b\n", false},
	{"Subject: a\n", "Subject: b\n", false},
	{"Subject: a\n", "subject: a\n", false},
	{"X-Mailer: a\n", "X-Mailer: b\n", false},
	{"Dates: a\n", "Dates: b\n", false},
	{"\n--a\n", "\n--b\n", false},
	{"Content-Type: multipart/mixed; boundary=a\n\n--a\nDate: 1\n\nx\n",
		"Content-Type: multipart/mixed; boundary=a\n\n--a\nDate: 2\n\nx\n", false},
	{"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--  \n", true},
	{"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n", false},
	{"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ny\n", false},
	{"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n",
		"Content-Type: multipart/mixed; boundary=b\n\n--bb\n\nx\n", false},
	{"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nsee --a\n",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee --b\n", false},
};

START_TEST(other_octets_make_another_message)
{
	char a[500] = "Message-ID: <1@x>\n", b[500] = "Message-ID: <1@x>\n";
	strcat(a, pairs[_i].a);
	strcat(b, pairs[_i].b);
	if (!strstr(a, "\n\n"))
		strcat(a, "\nx\n");
	if (!strstr(b, "\n\n"))
		strcat(b, "\nx\n");
	ck_assert_msg(is_same(a, b) == pairs[_i].same, "%s%s", a, b);
}
END_TEST

/* A customer who makes two messages with one SipHash must not reach the key of another plan. */
START_TEST(strong_half_depends_on_plan_envelope_and_message_id)
{
	static struct {
		char const *plan, *envelope;
		size_t n;
		char const *message;
	} const others[] = {
		{"acmf", "Fr@d.es\0Ta@x.es\0", 17, "Message-ID: <1@x>\n\nx\n"},
		{"acme", "Fs@d.es\0Ta@x.es\0", 17, "Message-ID: <1@x>\n\nx\n"},
		{"acme", "Fr@d.es\0Tb@x.es\0", 17, "Message-ID: <1@x>\n\nx\n"},
		{"acme", "Fr@d.es\0Ta@x.es\0Tb@x.es\0", 25, "Message-ID: <1@x>\n\nx\n"},
		{"acme", "Fr@d.es\0Ta@x.es\0", 17, "Message-ID: <2@x>\n\nx\n"},
	};
	char first[SPOOL_KEY], key[SPOOL_KEY];
	key_of(first, "Message-ID: <1@x>\n\nx\n");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		key_for(key, others[i].plan, others[i].envelope, others[i].n, others[i].message);
		ck_assert_msg(memcmp(first, key, 32), "%zu", i);
		ck_assert_msg(strcmp(first + 32, key + 32), "%zu", i);
	}
	key_of(key, "Message-ID: <1@x>\n\ny\n");
	ck_assert_mem_eq(first, key, 32);
	ck_assert_str_ne(first, key);
}
END_TEST

START_TEST(many_boundaries_do_not_overflow)
{
	static char text[400000];
	char *p = text + sprintf(text, "Message-ID: <1@x>\nContent-Type: multipart/mixed; boundary=b0\n\n");
	for (int i = 0; i < 1000; i++)
		p += sprintf(p, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i + 1);
	for (int i = 0; i < 10000; i++)
		p += sprintf(p, "--b%d--\n", i % 1000);
	char key[SPOOL_KEY];
	key_of(key, text);
	ck_assert_uint_eq(strlen(key), 64);
}
END_TEST

START_TEST(message_without_message_id_has_the_given_key)
{
	struct envelope e;
	char key[SPOOL_KEY];
	envelope_init(&e, 10);
	ck_assert_int_eq(envelope_feed(&e, "Fr@d.es\0Ta@x.es\0", 17), ENVELOPE_DONE);
	ck_assert_int_eq(spool_key(key, "acme", &e, "Subject: x\n\nMessage-ID: <1@x>\n", 30, "0123"), 0);
	ck_assert_str_eq(key, "0123");
	ck_assert_int_eq(spool_key(key, "acme", &e, NULL, 0, "0123"), 0);
	envelope_free(&e);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("key");
	TCase *c = unit_case("key");
	tcase_add_test(c, new_boundaries_and_date_are_a_repeat);
	tcase_add_loop_test(c, other_octets_make_another_message, 0, sizeof pairs / sizeof *pairs);
	tcase_add_test(c, strong_half_depends_on_plan_envelope_and_message_id);
	tcase_add_test(c, many_boundaries_do_not_overflow);
	tcase_add_test(c, message_without_message_id_has_the_given_key);
	suite_add_tcase(s, c);
	return s;
}
