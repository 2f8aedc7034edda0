/* Base32, the vectors of RFC 4648 10 among others. */
#include "base/base32.h"
#include "unit.h"

#include <string.h>

static struct {
	char const *octets, *digits;
} const vectors[] = {
	{"", ""}, {"f", "my"}, {"fo", "mzxq"}, {"foo", "mzxw6"}, {"foob", "mzxw6yq"},
	{"fooba", "mzxw6ytb"}, {"foobar", "mzxw6ytboi"},
	{"\xff\xff\xff\xff\xff\xff", "7777777774"},
};

START_TEST(encode_writes_lowercase_digits)
{
	char out[32];
	size_t n = base32_encode(out, vectors[_i].octets, strlen(vectors[_i].octets));
	ck_assert_uint_eq(n, strlen(vectors[_i].digits));
	ck_assert_uint_eq(n, BASE32_LENGTH(strlen(vectors[_i].octets)));
	ck_assert_int_eq(memcmp(out, vectors[_i].digits, n), 0);
}
END_TEST

START_TEST(decode_reads_either_case)
{
	char out[32], upper[32];
	size_t n = 99, len = strlen(vectors[_i].digits);
	for (size_t i = 0; i < len; i++)
		upper[i] = vectors[_i].digits[i] >= 'a' ? (char)(vectors[_i].digits[i] - 32) : vectors[_i].digits[i];
	ck_assert(base32_decode(out, &n, vectors[_i].digits, len));
	ck_assert_uint_eq(n, strlen(vectors[_i].octets));
	ck_assert_int_eq(memcmp(out, vectors[_i].octets, n), 0);
	n = 99;
	ck_assert(base32_decode(out, &n, upper, len));
	ck_assert_uint_eq(n, strlen(vectors[_i].octets));
	ck_assert_int_eq(memcmp(out, vectors[_i].octets, n), 0);
}
END_TEST

static char const *const refused[] = {
	"m", "mz", "mzx", "mzxw6y", "mzxw6ytbo", /* spare bits that are not zero, and lengths that no encoding has */
	"my======", "m1", "m0", "m8", "m9", "m y", "my\n", "m-", "\xc3\xb1", "mzxr",
};

START_TEST(decode_refuses_other_texts)
{
	char out[32];
	size_t n = 99;
	ck_assert_msg(!base32_decode(out, &n, refused[_i], strlen(refused[_i])), "%s", refused[_i]);
	ck_assert_uint_eq(n, 99);
}
END_TEST

START_TEST(no_two_strings_decode_to_the_same_octets)
{
	/* All strings of one to three digits: one that decodes is encoded to the same string. */
	static char const digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	size_t decoded = 0;
	for (size_t i = 0; i < 32 * 32 * 32; i++) {
		char s[3] = {digits[i / 1024], digits[i / 32 % 32], digits[i % 32]}, out[4], again[8];
		for (size_t len = 1; len <= 3; len++) {
			size_t n;
			if (!base32_decode(out, &n, s, len))
				continue;
			decoded++;
			ck_assert_uint_eq(base32_encode(again, out, n), len);
			ck_assert_int_eq(memcmp(again, s, len), 0);
		}
	}
	ck_assert_uint_eq(decoded, 256 * 32);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("base32");
	TCase *c = unit_case("base32");
	int const n = sizeof vectors / sizeof *vectors;
	tcase_add_loop_test(c, encode_writes_lowercase_digits, 0, n);
	tcase_add_loop_test(c, decode_reads_either_case, 0, n);
	tcase_add_loop_test(c, decode_refuses_other_texts, 0, sizeof refused / sizeof *refused);
	tcase_add_test(c, no_two_strings_decode_to_the_same_octets);
	suite_add_tcase(s, c);
	return s;
}
