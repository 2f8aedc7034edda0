/* Unit tests of base/scan: it finds what memchr(3) finds, at each length and place. */
#include "base/scan.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

START_TEST(each_place_of_each_length_is_found)
{
	for (size_t n = 0; n <= 70; n++) {
		char *s = malloc(n ? n : 1); /* of exact size: the sanitizer finds a read beyond */
		ck_assert_ptr_nonnull(s);
		memset(s, 'a', n);
		ck_assert_ptr_null(scan_for(s, 'b', n));
		for (size_t at = n; at-- > 0;) {
			s[at] = 'b'; /* the octets after it are 'b' from earlier rounds */
			ck_assert_ptr_eq(scan_for(s, 'b', n), s + at);
			ck_assert_ptr_eq(scan_for(s + at, 'b', n - at), s + at);
		}
		free(s);
	}
}
END_TEST

START_TEST(every_octet_can_be_looked_for)
{
	char s[256];
	for (int i = 0; i < 256; i++)
		s[i] = (char)i;
	for (int i = 0; i < 256; i++)
		ck_assert_ptr_eq(scan_for(s, (char)i, sizeof s), s + i);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("scan");
	TCase *c = unit_case("scan");
	tcase_add_test(c, each_place_of_each_length_is_found);
	tcase_add_test(c, every_octet_can_be_looked_for);
	suite_add_tcase(s, c);
	return s;
}
