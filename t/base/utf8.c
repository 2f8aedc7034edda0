/* UTF-8, compared with a decoder that works in another way: by the code point. */
#include "base/utf8.h"
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

START_TEST(utf8_step_measures_good_and_bad)
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

START_TEST(utf8_unfinished_counts_the_octets_of_a_cut_character)
{
	ck_assert_uint_eq(utf8_unfinished(ends[_i].s, ends[_i].n), ends[_i].left);
}
END_TEST

/* The code point of the character that is all of s[0..n), or -1. */
static long decode(char const *s, size_t n)
{
	static struct {
		uint8_t mark, mask;
		long least;
	} const first[] = {{0, 0, 0}, {0x00, 0x7f, 0}, {0xc0, 0x1f, 0x80}, {0xe0, 0x0f, 0x800}, {0xf0, 0x07, 0x10000}};
	if (n < 1 || n > 4 || ((uint8_t)s[0] & (uint8_t)~first[n].mask) != first[n].mark)
		return -1;
	long code = (uint8_t)s[0] & first[n].mask;
	for (size_t i = 1; i < n; i++) {
		if (((uint8_t)s[i] & 0xc0) != 0x80)
			return -1;
		code = code << 6 | ((uint8_t)s[i] & 0x3f);
	}
	bool surrogate = code >= 0xd800 && code < 0xe000;
	return code < first[n].least || code > 0x10ffff || surrogate ? -1 : code;
}

static bool is_utf8(char const *s, size_t n)
{
	while (n) {
		size_t k = 1;
		while (k <= 4 && k <= n && decode(s, k) < 0)
			k++;
		if (k > 4 || k > n)
			return false;
		s += k;
		n -= k;
	}
	return true;
}

/* Counts the faults instead of asserting each: check takes a minute for a million assertions. */
START_TEST(utf8_write_writes_every_code_point)
{
	unsigned long wrong = 0, last = 0;
	for (unsigned long code = 0; code < 0x110010; code++) {
		char out[4];
		bool good, replaced = !code || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
		size_t n = utf8_write(code, out);
		if (decode(out, n) != (replaced ? 0xfffd : (long)code) || utf8_step(out, n, &good) != n || !good)
			wrong++, last = code;
	}
	ck_assert_msg(!wrong, "%lu, the last U+%lX", wrong, last);
}
END_TEST

/* All strings of four octets from the edges of every range. */
START_TEST(utf8_valid_agrees_with_a_decoder)
{
	static uint8_t const octets[] = {
		0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff,
	};
	size_t const m = sizeof octets;
	size_t wrong = 0, last = 0;
	for (size_t k = 0; k < m * m * m * m; k++) {
		char const s[] = {(char)octets[k % m], (char)octets[k / m % m], (char)octets[k / m / m % m], (char)octets[k / m / m / m]};
		for (size_t n = 0; n <= sizeof s; n++)
			if (utf8_valid(s, n) != is_utf8(s, n))
				wrong++, last = k;
	}
	ck_assert_msg(!wrong, "%zu, the last of them number %zu", wrong, last);
	ck_assert(utf8_valid(NULL, 0));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("utf8");
	TCase *c = unit_case("utf8");
	tcase_add_loop_test(c, utf8_step_measures_good_and_bad, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(c, utf8_unfinished_counts_the_octets_of_a_cut_character, 0, sizeof ends / sizeof *ends);
	tcase_add_test(c, utf8_write_writes_every_code_point);
	tcase_add_test(c, utf8_valid_agrees_with_a_decoder);
	suite_add_tcase(s, c);
	return s;
}
