/* The message of SASL PLAIN. */
#include "smtp/sasl.h"

#include "unit.h"

#include <string.h>

static struct {
	char const *message;
	size_t n;
	bool ok, foreign;
} const messages[] = {
	{"\0u\0p", 4, true, false}, {"u\0u\0p", 5, true, false}, {"x\0u\0p", 5, true, true}, {"ux\0u\0p", 6, true, true},
	{"", 0, false, false}, {"u", 1, false, false}, {"\0u", 2, false, false}, {"\0u\0", 3, false, false},
	{"\0\0p", 3, false, false}, {"\0u\0p\0", 5, false, false},
};

START_TEST(a_message_has_two_nuls_a_user_and_a_password)
{
	char const *user, *password, *s = messages[_i].message;
	size_t user_n, password_n;
	bool foreign;
	ck_assert(sasl_plain(s, messages[_i].n, &user, &user_n, &password, &password_n, &foreign) == messages[_i].ok);
	if (!messages[_i].ok)
		return;
	ck_assert(foreign == messages[_i].foreign);
	ck_assert(user_n == 1 && *user == 'u' && password_n == 1 && *password == 'p');
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("sasl");
	TCase *c = unit_case("sasl");
	tcase_add_loop_test(c, a_message_has_two_nuls_a_user_and_a_password, 0, sizeof messages / sizeof *messages);
	suite_add_tcase(s, c);
	return s;
}
