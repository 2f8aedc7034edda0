/* ASCII without a locale: all 256 octets, at every place. */
#include "base/ascii.h"
#include "unit.h"

#include <string.h>

START_TEST(all_256_octets_are_classified)
{
	static char const upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", lower[] = "abcdefghijklmnopqrstuvwxyz";
	for (int i = 0; i < 256; i++) {
		char c = (char)i;
		char const *u = i ? strchr(upper, i) : NULL, *l = i ? strchr(lower, i) : NULL;
		ck_assert_int_eq(ascii_is_alpha(c), u || l);
		ck_assert_int_eq(ascii_lower(c), u ? lower[u - upper] : c);
		ck_assert_int_eq(ascii_is_digit(c), i && strchr("0123456789", i));
		ck_assert_int_eq(ascii_is_space(c), i && strchr(" \t\r\n", i));
		ck_assert_int_eq(ascii_has_space((char const[]){'a', c, 'b'}, 3), i <= 0x20 || i == 0x7f);
	}
}
END_TEST

/* Eight octets are tested at a time: each octet at each place among others, some of which are next to
   the limits. */
START_TEST(an_octet_is_found_at_every_place)
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

START_TEST(no_octets_are_ascii_without_controls)
{
	ck_assert(ascii_only("", 0));
	ck_assert(!ascii_has_control("", 0));
}
END_TEST

START_TEST(the_beginning_is_compared_without_case)
{
	ck_assert(ascii_case_starts("CID:x", 5, "cid:"));
	ck_assert(ascii_case_starts("cid:", 4, "cid:"));
	ck_assert(ascii_case_starts("", 0, ""));
	ck_assert(!ascii_case_starts("cid:", 3, "cid:"));
	ck_assert(!ascii_case_starts("cid;x", 5, "cid:"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("ascii");
	TCase *c = unit_case("ascii");
	tcase_add_test(c, all_256_octets_are_classified);
	tcase_add_test(c, an_octet_is_found_at_every_place);
	tcase_add_test(c, no_octets_are_ascii_without_controls);
	tcase_add_test(c, the_beginning_is_compared_without_case);
	suite_add_tcase(s, c);
	return s;
}
