/* Requests to the queue service: written, read, and malformed. */
#include "service/submission.h"

#include "unit.h"

#include <string.h>

static char const *const all[SUBMISSION_NAMES] = {
	[SUBMISSION_USER] = "ana.acme", [SUBMISSION_PLAN] = "acme", [SUBMISSION_HELO] = "pc",
	[SUBMISSION_HOST] = "api.example.com", [SUBMISSION_PROTO] = "ESMTPSA", [SUBMISSION_TICKET] = "dGlja2V0",
	[SUBMISSION_PROTOCOL] = "TLSv1.2", [SUBMISSION_CIPHER] = "AES", [SUBMISSION_IP] = "192.0.2.1",
	[SUBMISSION_SANDBOX] = "no"};

/* Appends a piece with its length before it. */
static size_t add_piece(char *s, size_t n, char const *piece, size_t len)
{
	submission_format_length((unsigned char *)s + n, len);
	memcpy(s + n + SUBMISSION_LENGTH, piece, len);
	return n + SUBMISSION_LENGTH + len;
}

START_TEST(every_value_is_read_as_it_was_written)
{
	static char s[SUBMISSION_MAX];
	struct submission r;
	size_t n = submission_format(s, all);
	n = add_piece(s, n, "Fa@b\0Tc@d\0", 11);
	n = add_piece(s, n, "hola\0", 5);
	ck_assert(submission_read(&r, s, n));
	for (int i = 0; i < SUBMISSION_NAMES; i++)
		ck_assert_str_eq(r.value[i], all[i]);
	ck_assert(r.is_inside);
	ck_assert_uint_eq(r.envelope_n, 11);
	ck_assert_mem_eq(r.envelope, "Fa@b\0Tc@d\0", 11);
	ck_assert_uint_eq(r.message_n, 5);
	ck_assert_mem_eq(r.message, "hola\0", 5);
}
END_TEST

START_TEST(message_and_envelope_can_come_as_two_descriptors)
{
	char s[SUBMISSION_BLOCK + 1];
	struct submission r;
	size_t n = submission_format(s, all);
	ck_assert(submission_read(&r, s, n));
	ck_assert(!r.is_inside);
}
END_TEST

START_TEST(an_empty_value_is_left_out)
{
	char s[SUBMISSION_BLOCK + 1];
	char const *few[SUBMISSION_NAMES] = {[SUBMISSION_PLAN] = "acme", [SUBMISSION_HELO] = ""};
	struct submission r;
	size_t n = submission_format(s, few);
	ck_assert_uint_eq(n, sizeof "SACA_PLAN=acme" + 1);
	ck_assert(submission_read(&r, s, n));
	ck_assert_ptr_null(r.value[SUBMISSION_HELO]);
	ck_assert_ptr_null(r.value[SUBMISSION_USER]);
	ck_assert(submission_read(&r, "SACA_HELO=\0", 12));
	ck_assert_ptr_null(r.value[SUBMISSION_HELO]);
}
END_TEST

START_TEST(the_longest_values_fit)
{
	static char s[SUBMISSION_MAX], value[SUBMISSION_VALUE + 2];
	char const *long_values[SUBMISSION_NAMES];
	struct submission r;
	memset(value, 'x', sizeof value - 1);
	for (int i = 0; i < SUBMISSION_NAMES; i++)
		long_values[i] = value;
	size_t n = submission_format(s, long_values);
	ck_assert(submission_read(&r, s, n));
	for (int i = 0; i < SUBMISSION_NAMES; i++)
		ck_assert_uint_eq(strlen(r.value[i]), SUBMISSION_VALUE);
}
END_TEST

START_TEST(the_longest_body_fits)
{
	static char s[SUBMISSION_MAX + 1], body[SUBMISSION_BODY];
	struct submission r;
	size_t n = submission_format(s, all), most = SUBMISSION_BODY - 2 * SUBMISSION_LENGTH - 1;
	n = add_piece(s, n, "", 1);
	size_t before = n;
	n = add_piece(s, before, body, most);
	ck_assert(submission_read(&r, s, n));
	ck_assert_uint_eq(r.message_n, most);
	n = add_piece(s, before, body, most + 1);
	ck_assert(!submission_read(&r, s, n));
}
END_TEST

#define S(x) x, sizeof x - 1

static struct {
	char const *s;
	size_t n;
} const malformed[] = {
	{S("")}, {S("x")}, {S("SACA_PLAN=acme")}, {S("SACA_PLAN=acme\0")}, {S("SACA_PLAN\0\0")}, {S("=acme\0\0")},
	{S("PATH=/tmp\0\0")}, {S("SACA_PLA=acme\0\0")}, {S("SACA_PLANS=acme\0\0")}, {S("saca_plan=acme\0\0")},
	{S("SACA_CREDIT=no\0\0")}, {S("SACA_PLAN=a\0SACA_PLAN=a\0\0")}, {S("SACA_PLAN=a\0SACA_USER=b\0SACA_PLAN=c\0\0")},
	{S("SACA_PLAN=\0SACA_PLAN=a\0\0")},
};

START_TEST(a_malformed_block_is_refused)
{
	struct submission r;
	ck_assert(!submission_read(&r, malformed[_i].s, malformed[_i].n));
}
END_TEST

static struct {
	char const *s;
	size_t n;
} const bodies[] = {
	{S("\0\0\0")}, {S("\0\0\0\0")}, {S("\0\0\0\0\0\0\0")}, {S("\0\0\0\1x\0\0\0")}, {S("\0\0\0\2x\0\0\0\0")},
	{S("\0\0\0\0\0\0\0\1")}, {S("\0\0\0\0\0\0\0\0x")}, {S("\xff\xff\xff\xff\0\0\0\0")}, {S("\0\0\0\0\xff\xff\xff\xfcx")},
	{S("\0\0\0\5\0\0\0\0")},
};

START_TEST(a_malformed_body_is_refused)
{
	char s[64] = "SACA_PLAN=acme\0";
	size_t block = sizeof "SACA_PLAN=acme";
	struct submission r;
	memcpy(s + block + 1, bodies[_i].s, bodies[_i].n);
	ck_assert(!submission_read(&r, s, block + 1 + bodies[_i].n));
}
END_TEST

START_TEST(an_empty_body_is_inside)
{
	char s[64] = "SACA_PLAN=acme\0";
	struct submission r;
	ck_assert(submission_read(&r, s, sizeof "SACA_PLAN=acme" + 1 + 8));
	ck_assert(r.is_inside);
	ck_assert_uint_eq(r.message_n + r.envelope_n, 0);
}
END_TEST

START_TEST(a_value_that_is_too_long_is_refused)
{
	static char s[1024];
	struct submission r;
	memset(s, 'x', sizeof s);
	memcpy(s, "SACA_HELO=", 10);
	memset(s + 10 + SUBMISSION_VALUE, 0, 2);
	ck_assert(submission_read(&r, s, 10 + SUBMISSION_VALUE + 2));
	s[10 + SUBMISSION_VALUE] = 'x';
	memset(s + 10 + SUBMISSION_VALUE + 1, 0, 2);
	ck_assert(!submission_read(&r, s, 10 + SUBMISSION_VALUE + 3));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("submission");
	TCase *c = unit_case("submission");
	tcase_add_test(c, every_value_is_read_as_it_was_written);
	tcase_add_test(c, message_and_envelope_can_come_as_two_descriptors);
	tcase_add_test(c, an_empty_value_is_left_out);
	tcase_add_test(c, the_longest_values_fit);
	tcase_add_test(c, the_longest_body_fits);
	tcase_add_loop_test(c, a_malformed_block_is_refused, 0, (int)(sizeof malformed / sizeof *malformed));
	tcase_add_loop_test(c, a_malformed_body_is_refused, 0, (int)(sizeof bodies / sizeof *bodies));
	tcase_add_test(c, an_empty_body_is_inside);
	tcase_add_test(c, a_value_that_is_too_long_is_refused);
	suite_add_tcase(s, c);
	return s;
}
