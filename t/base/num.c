/* Decimal numbers: read and written, with every limit. */
#include "base/num.h"
#include "unit.h"

#include <string.h>

static struct {
	char const *s;
	uint64_t max, value;
} const good[] = {
	{"0", 0, 0}, {"7", 7, 7}, {"007", 7, 7}, {"65535", 65535, 65535}, {"18446744073709551615", UINT64_MAX, UINT64_MAX},
	{"000018446744073709551615", UINT64_MAX, UINT64_MAX}, {"9223372036854775808", UINT64_MAX, UINT64_C(9223372036854775808)},
};

static struct {
	char const *s;
	uint64_t max;
} const bad[] = {
	{"", UINT64_MAX}, {"x", UINT64_MAX}, {"1x", UINT64_MAX}, {"x1", UINT64_MAX}, {" 1", UINT64_MAX}, {"1 ", UINT64_MAX},
	{"+1", UINT64_MAX}, {"-1", UINT64_MAX}, {"1.0", UINT64_MAX}, {"0x10", UINT64_MAX}, {"1e3", UINT64_MAX}, {"/", UINT64_MAX},
	{":", UINT64_MAX}, {"\xd9\xa1", UINT64_MAX}, {"1", 0}, {"65536", 65535}, {"18446744073709551615", UINT64_MAX - 1},
	{"18446744073709551616", UINT64_MAX}, {"18446744073709551625", UINT64_MAX}, {"184467440737095516150", UINT64_MAX},
	{"99999999999999999999999999999999999999999", UINT64_MAX},
};

/* In memory of exactly its size, so that the sanitizer sees reads beyond it. */
static bool scan(char const *s, uint64_t max, uint64_t *out)
{
	size_t n = strlen(s);
	char *copy = malloc(n ? n : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, s, n);
	bool read = num_scan(copy, n, max, out);
	free(copy);
	return read;
}

START_TEST(num_scan_reads_numbers)
{
	uint64_t v = 1;
	ck_assert(scan(good[_i].s, good[_i].max, &v));
	ck_assert_uint_eq(v, good[_i].value);
}
END_TEST

START_TEST(num_scan_refuses_other_texts_and_larger_numbers)
{
	uint64_t v = 12345;
	ck_assert_msg(!scan(bad[_i].s, bad[_i].max, &v), "%s", bad[_i].s);
	ck_assert_uint_eq(v, 12345);
}
END_TEST

START_TEST(num_scan_refuses_nul)
{
	uint64_t v;
	ck_assert(!num_scan("1\0002", 3, 100, &v));
}
END_TEST

START_TEST(num_fmt_writes_what_num_scan_reads)
{
	char out[NUM_FMT];
	uint64_t back;
	for (uint64_t v = 1, k = 0; k < 64; k++, v <<= 1)
		for (int d = -1; d <= 1; d++) {
			uint64_t n = v + (uint64_t)d;
			size_t len = num_fmt(out, n);
			ck_assert_uint_eq(strlen(out), len);
			ck_assert(out[0] != '0' || len == 1);
			ck_assert(num_scan(out, len, UINT64_MAX, &back) && back == n);
		}
	ck_assert_uint_eq(num_fmt(out, UINT64_MAX), 20);
	ck_assert_str_eq(out, "18446744073709551615");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("num");
	TCase *c = unit_case("num");
	tcase_add_loop_test(c, num_scan_reads_numbers, 0, sizeof good / sizeof *good);
	tcase_add_loop_test(c, num_scan_refuses_other_texts_and_larger_numbers, 0, sizeof bad / sizeof *bad);
	tcase_add_test(c, num_scan_refuses_nul);
	tcase_add_test(c, num_fmt_writes_what_num_scan_reads);
	suite_add_tcase(s, c);
	return s;
}
