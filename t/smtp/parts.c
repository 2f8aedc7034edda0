/* The dialogue's small parts: parameters, SASL, recipients, the log. */
#include "smtp/esmtp.h"
#include "smtp/logline.h"
#include "smtp/rcptset.h"
#include "smtp/sasl.h"
#include "base/siphash.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct {
	char const *in;
	enum esmtp_fault fault;
} const mails[] = {
	{"", ESMTP_OK}, {"  ", ESMTP_OK}, {" SIZE=0", ESMTP_OK}, {" size=5 body=7bit", ESMTP_OK},
	{" SMTPUTF8\tBODY=8BITMIME", ESMTP_OK}, {" AUTH=<>", ESMTP_OK}, {" AUTH=e+3Dmc2@example.com", ESMTP_OK},
	{"SIZE=5", ESMTP_SYNTAX}, {" SIZE", ESMTP_SYNTAX}, {" SIZE=", ESMTP_SYNTAX}, {" SIZE=-1", ESMTP_SYNTAX},
	{" SIZE=184467440737095516160", ESMTP_SYNTAX}, {" BODY", ESMTP_SYNTAX}, {" BODY=BINARYMIME", ESMTP_VALUE},
	{" SMTPUTF8=yes", ESMTP_SYNTAX}, {" SMTPUTF8=", ESMTP_SYNTAX}, {" AUTH=", ESMTP_SYNTAX}, {" AUTH=+1", ESMTP_SYNTAX},
	{" =5", ESMTP_SYNTAX}, {" SI?ZE=5", ESMTP_SYNTAX}, {" SIZE=1 SIZE=2", ESMTP_SYNTAX}, {" RET=HDRS", ESMTP_UNKNOWN},
};

START_TEST(parameters)
{
	struct esmtp_mail m;
	ck_assert_msg(esmtp_mail(mails[_i].in, strlen(mails[_i].in), &m) == mails[_i].fault, "%s", mails[_i].in);
}
END_TEST

START_TEST(rcpt_takes_none)
{
	ck_assert_int_eq(esmtp_rcpt("", 0), ESMTP_OK);
	ck_assert_int_eq(esmtp_rcpt(" ", 1), ESMTP_OK);
	ck_assert_int_eq(esmtp_rcpt(" NOTIFY=NEVER", 13), ESMTP_UNKNOWN);
	ck_assert_int_eq(esmtp_rcpt("x", 1), ESMTP_SYNTAX);
	ck_assert_int_eq(esmtp_rcpt(" ;", 2), ESMTP_SYNTAX);
}
END_TEST

START_TEST(sizes_beyond_64_bits)
{
	struct esmtp_mail m;
	ck_assert_int_eq(esmtp_mail(" SIZE=99999999999999999999", 26, &m), ESMTP_OK);
	ck_assert(m.has_size && m.size == UINT64_MAX);
}
END_TEST

static bool plain(char const *s, size_t n)
{
	char const *u, *p;
	size_t un, pn;
	bool foreign;
	return sasl_plain(s, n, &u, &un, &p, &pn, &foreign) && !foreign;
}

START_TEST(sasl)
{
	ck_assert(plain("\0u\0p", 4));
	ck_assert(plain("u\0u\0p", 5));
	ck_assert(!plain("x\0u\0p", 5));
	ck_assert(!plain("", 0));
	ck_assert(!plain("u", 1));
	ck_assert(!plain("\0u", 2));
	ck_assert(!plain("\0u\0", 3));
	ck_assert(!plain("\0\0p", 3));
	ck_assert(!plain("\0u\0p\0", 5));
}
END_TEST

/* The first of the authors' test vectors: key 00..0f, input 00..0e. */
START_TEST(siphash_as_published)
{
	unsigned char key[16];
	char in[15];
	for (int i = 0; i < 16; i++)
		key[i] = (unsigned char)i;
	for (int i = 0; i < 15; i++)
		in[i] = (char)i;
	ck_assert(siphash(key, in, 15) == 0xa129ca6149be45e5);
	ck_assert(siphash(key, in, 0) == 0x726fdb47dd0e0e31);
}
END_TEST

/* Where more may come than 3 octets can point into, slots have 4. */
static size_t const octets[] = {1 << 20, 1 << 24};

START_TEST(recipients)
{
	struct rcptset set;
	char a[40];
	size_t n;
	rcptset_init(&set, (unsigned char const *)"0123456789abcdef");
	for (int round = 0; round < 3; round++) {
		unsigned many = round == 1 ? 70000 : 10; /* more than the table grows to in great steps */
		ck_assert(rcptset_begin(&set, "r@d", 3));
		for (unsigned i = 0; i < many; i++) {
			snprintf(a, sizeof a, "a%u@b", i);
			ck_assert_int_eq(rcptset_add(&set, a, strlen(a), many, octets[_i]), RCPTSET_ADDED);
			snprintf(a, sizeof a, "a%u@b", i / 2);
			ck_assert_int_eq(rcptset_add(&set, a, strlen(a), many, octets[_i]), RCPTSET_THERE);
		}
		ck_assert_int_eq(rcptset_add(&set, "z@b", 3, many, octets[_i]), RCPTSET_FULL);
		ck_assert_uint_eq(set.count, many);
		ck_assert_uint_eq(set.width, _i ? 4 : 3);
		char const *e = rcptset_envelope(&set, &n);
		ck_assert_int_eq(memcmp(e, "Fr@d\0Ta0@b\0Ta1@b", 17), 0);
		ck_assert(n > 2 && e[n - 1] == 0 && e[n - 2] == 0 && e[n - 3] == 'b');
	}
	rcptset_free(&set);
}
END_TEST

START_TEST(a_prefix_is_another)
{
	struct rcptset set;
	rcptset_init(&set, (unsigned char const *)"0123456789abcdef");
	rcptset_begin(&set, "", 0);
	for (int n = 1; n < 200; n++) {
		char a[200];
		memset(a, 'a', sizeof a);
		ck_assert_int_eq(rcptset_add(&set, a, (size_t)n, 1000, 100000), RCPTSET_ADDED);
	}
	rcptset_free(&set);
}
END_TEST

START_TEST(a_log_line_cannot_be_forged)
{
	struct logline l;
	char value[] = "a b\nsaca-smtpd: ip=%\xff\x7f", big[1000];
	logline_start(&l, "saca-smtpd");
	logline_add(&l, "user", value, sizeof value - 1);
	logline_add(&l, "id", "", 0);
	logline_end(&l);
	ck_assert_int_eq(strncmp(l.s, "saca-smtpd: user=a%20b%0Asaca-smtpd:%20ip%3D%25%FF%7F id=-\n", l.len), 0);
	memset(big, '\n', sizeof big);
	logline_start(&l, "x");
	for (int i = 0; i < 20; i++)
		logline_add(&l, "k", big, sizeof big);
	logline_end(&l);
	ck_assert_uint_eq(l.len, LOGLINE_MAX);
	ck_assert_ptr_eq(memchr(l.s, '\n', l.len), l.s + l.len - 1);
	logline_start(&l, "x");
	logline_add(&l, "k", big, sizeof big);
	ck_assert_uint_eq(l.len, 5 + 3 * LOGLINE_VALUE);
	logline_start(&l, "x");
	logline_text(&l, " why: ", "a = 100%");
	logline_end(&l);
	ck_assert_int_eq(strncmp(l.s, "x: why: a = 100%\n", l.len), 0);
	big[sizeof big - 1] = 0;
	logline_start(&l, "x");
	for (int i = 0; i < 20; i++)
		logline_text(&l, "", big);
	logline_end(&l);
	ck_assert_uint_eq(l.len, LOGLINE_MAX);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("parts");
	TCase *c = unit_case("parts");
	tcase_add_loop_test(c, parameters, 0, sizeof mails / sizeof *mails);
	tcase_add_test(c, rcpt_takes_none);
	tcase_add_test(c, sizes_beyond_64_bits);
	tcase_add_test(c, sasl);
	tcase_add_test(c, siphash_as_published);
	tcase_add_loop_test(c, recipients, 0, 2);
	tcase_add_test(c, a_prefix_is_another);
	tcase_add_test(c, a_log_line_cannot_be_forged);
	suite_add_tcase(s, c);
	return s;
}
