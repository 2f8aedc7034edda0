/* Octets, without a locale: what each of the 256 is, wherever in a run it stands. */
#include "base/ascii.h"
#include "unit.h"

#include <string.h>

START_TEST(letters_and_digits)
{
	static char const upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", lower[] = "abcdefghijklmnopqrstuvwxyz";
	for (int i = 0; i < 256; i++) {
		char c = (char)i;
		char const *u = i ? strchr(upper, i) : NULL, *l = i ? strchr(lower, i) : NULL;
		ck_assert_int_eq(ascii_is_alpha(c), u || l);
		ck_assert_int_eq(ascii_lower(c), u ? lower[u - upper] : c);
		ck_assert_int_eq(ascii_is_digit(c), i && strchr("0123456789", i));
	}
}
END_TEST

/* Eight octets are looked at together: each octet at each place, among others of which some
   are the next ones to what is looked for. */
START_TEST(runs)
{
	static char const among[] = {'a', ' ', '~', '\t'};
	for (size_t n = 0; n <= 25; n++)
		for (size_t at = 0; at < n; at++)
			for (int i = 0; i < 256; i++)
				for (size_t k = 0; k < sizeof among; k++) {
					char s[25];
					memset(s, among[k], sizeof s);
					s[at] = (char)i;
					bool control = (i < 0x20 && i != '\t') || i == 0x7f;
					if (ascii_only(s, n) != (i < 0x80) || ascii_has_control(s, n) != control)
						ck_abort_msg("octet %d at %zu of %zu among %d", i, at, n, among[k]);
				}
}
END_TEST

START_TEST(nothing)
{
	ck_assert(ascii_only("", 0));
	ck_assert(!ascii_has_control("", 0));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("ascii");
	TCase *c = unit_case("ascii");
	tcase_add_test(c, letters_and_digits);
	tcase_add_test(c, runs);
	tcase_add_test(c, nothing);
	suite_add_tcase(s, c);
	return s;
}
