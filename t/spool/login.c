/* Whose message it is. */
#include "spool/login.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct {
	char const *user, *plan, *wanted_user, *wanted_plan; /* wanted_user NULL: it is refused */
} const logins[] = {
	{"victor.acme", "acme", "victor.acme", "acme"},
	{"victor.acme", NULL, "victor.acme", "acme"},
	{"victor.acme", "", "victor.acme", "acme"},
	{"ana maria.acme", "acme", "ana?maria.acme", "acme"},
	{"jos\xc3\xa9\x01.acme", "acme", "jos\xc3\xa9?.acme", "acme"},
	{NULL, "otra", "spool.otra", "otra"},
	{"", "otra", "spool.otra", "otra"},
	{NULL, NULL, NULL, NULL},
	{"victor", "acme", NULL, NULL},
	{"victor.otra", "acme", NULL, NULL},
	{"victor.acme", "Acme", NULL, NULL},
	{"jos\xe9.acme", "acme", NULL, NULL},
	{NULL, "../x", NULL, NULL},
};

START_TEST(login_is_read_strictly)
{
	struct spool_login login;
	char const *wrong = spool_login_read(&login, logins[_i].user, logins[_i].plan);
	ck_assert((wrong == NULL) == (logins[_i].wanted_user != NULL));
	if (wrong)
		return;
	ck_assert_str_eq(login.user, logins[_i].wanted_user);
	ck_assert_str_eq(login.plan, logins[_i].wanted_plan);
}
END_TEST

START_TEST(login_has_at_most_512_octets)
{
	struct spool_login login;
	char user[600];
	memset(user, 'u', sizeof user);
	strcpy(user + 507, ".acme");
	ck_assert_ptr_null(spool_login_read(&login, user, NULL));
	ck_assert_uint_eq(strlen(login.user), 512);
	user[507] = 'u';
	strcpy(user + 508, ".acme");
	ck_assert_ptr_nonnull(spool_login_read(&login, user, NULL));
}
END_TEST

START_TEST(switch_is_yes_or_no)
{
	bool on;
	ck_assert(spool_switch_read(&on, "yes") && on);
	ck_assert(spool_switch_read(&on, "no") && !on);
	ck_assert(spool_switch_read(&on, "") && !on);
	ck_assert(spool_switch_read(&on, NULL) && !on);
	ck_assert(!spool_switch_read(&on, "si"));
	ck_assert(!spool_switch_read(&on, "YES"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("login");
	TCase *c = unit_case("login");
	tcase_add_loop_test(c, login_is_read_strictly, 0, sizeof logins / sizeof *logins);
	tcase_add_test(c, login_has_at_most_512_octets);
	tcase_add_test(c, switch_is_yes_or_no);
	suite_add_tcase(s, c);
	return s;
}
