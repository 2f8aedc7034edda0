/* The parameters of MAIL and RCPT. */
#include "smtp/esmtp.h"

#include "unit.h"

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

START_TEST(mail_parameters_are_parsed)
{
	struct esmtp_mail m;
	ck_assert_msg(esmtp_mail(mails[_i].in, strlen(mails[_i].in), &m) == mails[_i].fault, "%s", mails[_i].in);
}
END_TEST

START_TEST(rcpt_has_no_parameters)
{
	ck_assert_int_eq(esmtp_rcpt("", 0), ESMTP_OK);
	ck_assert_int_eq(esmtp_rcpt(" ", 1), ESMTP_OK);
	ck_assert_int_eq(esmtp_rcpt(" NOTIFY=NEVER", 13), ESMTP_UNKNOWN);
	ck_assert_int_eq(esmtp_rcpt("x", 1), ESMTP_SYNTAX);
	ck_assert_int_eq(esmtp_rcpt(" ;", 2), ESMTP_SYNTAX);
}
END_TEST

START_TEST(a_size_beyond_64_bits_is_the_largest)
{
	struct esmtp_mail m;
	ck_assert_int_eq(esmtp_mail(" SIZE=99999999999999999999", 26, &m), ESMTP_OK);
	ck_assert(m.has_size && m.size == UINT64_MAX);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("esmtp");
	TCase *c = unit_case("esmtp");
	tcase_add_loop_test(c, mail_parameters_are_parsed, 0, sizeof mails / sizeof *mails);
	tcase_add_test(c, rcpt_has_no_parameters);
	tcase_add_test(c, a_size_beyond_64_bits_is_the_largest);
	suite_add_tcase(s, c);
	return s;
}
