/* Looking for an octet: every length, place and overlap around the width of a step, with
   nothing read or written beyond what was given (the sanitizers look on). */
#include "base/scan.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 70 };

/* A block of its own, so that what is behind it is nobody's. */
static char *filled(size_t n)
{
	char *s = malloc(n + !n);
	ck_assert_ptr_nonnull(s);
	for (size_t i = 0; i < n; i++)
		s[i] = (char)(0x81 + i); /* signed where char is */
	return s;
}

START_TEST(finds_the_first)
{
	for (size_t n = 0; n <= MOST; n++) {
		char *s = filled(n);
		ck_assert_uint_eq(scan_for(s, n, '\n'), n);
		for (size_t i = n; i-- > 0;) { /* one, then one more before it */
			s[i] = '\n';
			ck_assert_uint_eq(scan_for(s, n, '\n'), i);
			for (size_t from = 0; from <= i; from++)
				ck_assert_uint_eq(scan_for(s + from, n - from, '\n'), i - from);
		}
		free(s);
	}
}
END_TEST

START_TEST(finds_any_octet)
{
	char s[40];
	for (int c = 0; c < 256; c++) {
		memset(s, c ^ 1, sizeof s);
		ck_assert_uint_eq(scan_for(s, sizeof s, (char)c), sizeof s);
		s[19] = (char)c;
		ck_assert_uint_eq(scan_for(s, sizeof s, (char)c), 19);
	}
}
END_TEST

START_TEST(copies_up_to_a_stop)
{
	static char const stops[] = {'\r', '\n', 0};
	for (size_t n = 0; n <= MOST; n++)
		for (size_t at = 0; at <= n; at++) {
			char *s = filled(n), *out = malloc(n + 1);
			ck_assert_ptr_nonnull(out);
			if (at < n)
				s[at] = stops[at % sizeof stops];
			memset(out, '#', n + 1);
			ck_assert_uint_eq(scan_copy(out, s, n, '\r', '\n'), at);
			ck_assert_mem_eq(out, s, at);
			for (size_t i = at; i <= n; i++)
				ck_assert_int_eq(out[i], '#');
			free(out);
			free(s);
		}
}
END_TEST

START_TEST(copies_in_place)
{
	for (size_t before = 0; before <= 20; before++)
		for (size_t at = 0; at <= MOST; at++) {
			char *room = filled(before + MOST), *s = room + before, whole[MOST];
			if (at < MOST)
				s[at] = '\r';
			memcpy(whole, s, MOST);
			ck_assert_uint_eq(scan_copy(room, s, MOST, '\r', '\r'), at);
			ck_assert_mem_eq(room, whole, at);
			ck_assert_mem_eq(s + at, whole + at, MOST - at); /* not read, and as it was */
			free(room);
		}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("scan");
	TCase *c = unit_case("scan");
	tcase_add_test(c, finds_the_first);
	tcase_add_test(c, finds_any_octet);
	tcase_add_test(c, copies_up_to_a_stop);
	tcase_add_test(c, copies_in_place);
	suite_add_tcase(s, c);
	return s;
}
