/* Lines of the log. */
#include "base/log.h"

#include "unit.h"

#include <string.h>
#include <skalibs/strerr.h>

static struct log_line l;

static void set_name(void)
{
	PROG = "x";
}

static void expect(char const *wanted)
{
	ck_assert_uint_eq(l.len, strlen(wanted));
	ck_assert_int_eq(memcmp(l.s, wanted, l.len), 0);
}

START_TEST(a_value_cannot_forge_a_pair_or_a_line)
{
	char value[] = "a b\nx: ip=%\xff\x7f";
	log_start(&l);
	log_add(&l, "user", value, sizeof value - 1);
	log_add_string(&l, "id", "");
	log_add_number(&l, "size", UINT64_MAX);
	log_end(&l);
	expect("x: user=a%20b%0Ax:%20ip%3D%25%FF%7F id=- size=18446744073709551615\n");
}
END_TEST

START_TEST(a_text_is_not_escaped)
{
	log_start(&l);
	log_text(&l, " why: ", "a = 100%");
	log_end(&l);
	expect("x: why: a = 100%\n");
}
END_TEST

START_TEST(a_value_is_cut)
{
	char big[1000];
	memset(big, '\n', sizeof big);
	log_start(&l);
	log_add(&l, "k", big, sizeof big);
	ck_assert_uint_eq(l.len, strlen("x: k=") + 3 * LOG_VALUE);
}
END_TEST

START_TEST(a_line_is_cut_and_keeps_its_end)
{
	char big[1000];
	memset(big, 'y', sizeof big);
	big[sizeof big - 1] = 0;
	log_start(&l);
	for (int i = 0; i < 20; i++) {
		log_add_string(&l, "k", big);
		log_text(&l, " ", big);
	}
	log_end(&l);
	ck_assert_uint_eq(l.len, LOG_LINE);
	ck_assert_ptr_eq(memchr(l.s, '\n', l.len), l.s + l.len - 1);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("log");
	TCase *c = unit_case("log");
	tcase_add_unchecked_fixture(c, set_name, NULL);
	tcase_add_test(c, a_value_cannot_forge_a_pair_or_a_line);
	tcase_add_test(c, a_text_is_not_escaped);
	tcase_add_test(c, a_value_is_cut);
	tcase_add_test(c, a_line_is_cut_and_keeps_its_end);
	suite_add_tcase(s, c);
	return s;
}
