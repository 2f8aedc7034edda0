/* The lines of seen/. */
#include "spool/seen_format.h"
#include "unit.h"

#include <string.h>

#define ID "fa8896c2351f8b7e73ac3a3d209c6ac5"
#define KEY ID ID

START_TEST(seen_line_is_parsed_strictly)
{
	struct buf text = BUF_ZERO;
	struct seen line;
	size_t at = 0;
	ck_assert(seen_put(&text, KEY, 12, ID, "2013-09-12T11:59:19Z"));
	ck_assert(seen_put(&text, ID, INT64_MAX, ID, "2013-09-12T11:59:19Z"));
	ck_assert_int_eq(seen_next(&line, text.s, text.len, &at), 1);
	ck_assert(line.key == 0 && line.key_len == 64 && line.send == 12);
	ck_assert_int_eq(memcmp(text.s + line.id, ID, 32), 0);
	ck_assert_int_eq(seen_next(&line, text.s, text.len, &at), 1);
	ck_assert(line.key_len == 32 && line.send == INT64_MAX);
	ck_assert_int_eq(seen_next(&line, text.s, text.len, &at), 0);
	size_t first = strcspn(text.s, "\n") + 1;
	for (size_t n = 1; n < first; n++) {
		at = 0;
		ck_assert_int_eq(seen_next(&line, text.s, n, &at), -1);
	}
	/* key and id are digits: they become names of files */
	for (size_t n = 0; n < 64 + 4 + 32; n++) {
		char was = text.s[n];
		text.s[n] = "/AG`:"[n % 5];
		at = 0;
		ck_assert_int_eq(seen_next(&line, text.s, first, &at), -1);
		text.s[n] = was;
	}
	buf_free(&text);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("seen");
	TCase *c = unit_case("seen");
	tcase_add_test(c, seen_line_is_parsed_strictly);
	suite_add_tcase(s, c);
	return s;
}
