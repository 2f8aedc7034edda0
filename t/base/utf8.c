/* UTF-8, character by character, against the strict judge of whole strings. */
#include "base/utf8.h"
#include "mail/address.h"
#include "unit.h"

#include <stdint.h>
#include <string.h>

static struct {
	char const *s;
	size_t n, step;
	bool good;
} const cases[] = {
	{"a", 1, 1, true}, {"\0", 1, 1, true}, {"\xc3\xb1", 2, 2, true}, {"\xe2\x82\xac", 3, 3, true},
	{"\xf0\x9f\x98\x80", 4, 4, true}, {"\xf4\x8f\xbf\xbf", 4, 4, true}, {"\xed\x9f\xbf", 3, 3, true},
	{"\x80", 1, 1, false}, {"\xc0\x80", 2, 1, false}, {"\xc3", 1, 1, false}, {"\xc3\x41", 2, 1, false},
	{"\xe2\x82", 2, 2, false}, {"\xe2\x82\x41", 3, 2, false}, {"\xe0\x80\x80", 3, 1, false},
	{"\xed\xa0\x80", 3, 1, false}, {"\xf0\x9f\x98", 3, 3, false}, {"\xf0\x80\x80\x80", 4, 1, false},
	{"\xf4\x90\x80\x80", 4, 1, false}, {"\xf5\x80\x80\x80", 4, 1, false}, {"\xff", 1, 1, false},
};

START_TEST(steps)
{
	bool good;
	char *s = malloc(cases[_i].n);
	memcpy(s, cases[_i].s, cases[_i].n);
	ck_assert_uint_eq(utf8_step(s, cases[_i].n, &good), cases[_i].step);
	ck_assert_int_eq(good, cases[_i].good);
	free(s);
}
END_TEST

static struct {
	char const *s;
	size_t n, left;
} const ends[] = {
	{"", 0, 0}, {"a", 1, 0}, {"a\xc3", 2, 1}, {"\xc3\xb1", 2, 0}, {"\xe2", 1, 1}, {"a\xe2\x82", 3, 2},
	{"\xe2\x82\xac", 3, 0}, {"\xf0\x9f", 2, 2}, {"\xf0\x9f\x98", 3, 3}, {"\xf0\x9f\x98\x80", 4, 0},
	{"\x82\x82\x82\x82", 4, 0}, {"\xff", 1, 0}, {"\xc0", 1, 0}, {"\xe0\x80", 2, 0}, {"\xed\xa0", 2, 0},
	{"\xc3\xe2\x82", 3, 2}, {"\xe2\x82\xac\x82", 4, 0},
};

START_TEST(unfinished)
{
	ck_assert_uint_eq(utf8_unfinished(ends[_i].s, ends[_i].n), ends[_i].left);
}
END_TEST

/* The code point that out[0..n) is, worked out another way: the bits behind the marks. */
static bool reads_back(unsigned long code, char const *out, size_t n)
{
	static uint8_t const mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	bool good;
	if (n < 1 || n > 4 || utf8_step(out, n, &good) != n || !good || !utf8_valid(out, n))
		return false;
	unsigned long back = (uint8_t)out[0] & mask[n];
	for (size_t i = 1; i < n; i++)
		back = back << 6 | ((uint8_t)out[i] & 0x3f);
	return back == code;
}

/* Counted, for a million assertions take check a minute. */
START_TEST(writes)
{
	unsigned long wrong = 0, last = 0;
	for (unsigned long code = 0; code < 0x110010; code++) {
		char out[4];
		bool none = !code || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
		if (!reads_back(none ? 0xfffd : code, out, utf8_write(code, out)))
			wrong++, last = code;
	}
	ck_assert_msg(!wrong, "%lu, the last U+%lX", wrong, last);
}
END_TEST

/* All strings of four octets from a telling choice: valid when each step is good. */
START_TEST(agrees_with_the_judge)
{
	static uint8_t const octets[] = {
		0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff,
	};
	size_t const m = sizeof octets;
	size_t wrong = 0, last = 0;
	for (size_t k = 0; k < m * m * m * m; k++) {
		char const s[] = {(char)octets[k % m], (char)octets[k / m % m], (char)octets[k / m / m % m], (char)octets[k / m / m / m]};
		bool all = true, good;
		for (size_t i = 0; i < sizeof s; all = all && good)
			i += utf8_step(s + i, sizeof s - i, &good);
		if (all != utf8_valid(s, sizeof s))
			wrong++, last = k;
	}
	ck_assert_msg(!wrong, "%zu, the last of them number %zu", wrong, last);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("utf8");
	TCase *c = unit_case("utf8");
	tcase_add_loop_test(c, steps, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(c, unfinished, 0, sizeof ends / sizeof *ends);
	tcase_add_test(c, writes);
	tcase_add_test(c, agrees_with_the_judge);
	suite_add_tcase(s, c);
	return s;
}
