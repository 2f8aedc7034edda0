/* Base64: strict for SASL, lenient for mail. */
#include "base/base64.h"
#include "unit.h"

#include <string.h>

static struct {
	char const *in, *out;
} const strict[] = {
	{"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYg==", "foob"},
	{"Zm9vYmFy", "foobar"}, {"+/+/", "\xfb\xff\xbf"},
};

static char const *const refused[] = {
	"Z", "Zg", "Zg=", "Zg===", "====", "Z===", "=Zg=", "Zg==Zg==", "Zh==", "Zm9=", "Zm9v\n",
	"Zm 9", "Zm9-", "Zm9_", "Zg=g", "\xc3\xb1\xc3\xb1",
};

START_TEST(decode_reads_base64)
{
	char out[16];
	size_t n = 99;
	ck_assert(base64_decode(out, &n, strict[_i].in, strlen(strict[_i].in)));
	ck_assert_uint_eq(n, strlen(strict[_i].out));
	ck_assert_int_eq(memcmp(out, strict[_i].out, n), 0);
}
END_TEST

START_TEST(encode_writes_padding)
{
	char out[16];
	size_t n = base64_encode(out, strict[_i].out, strlen(strict[_i].out));
	ck_assert_uint_eq(n, strlen(strict[_i].in));
	ck_assert_uint_eq(n, BASE64_LENGTH(strlen(strict[_i].out)));
	ck_assert_mem_eq(out, strict[_i].in, n);
}
END_TEST

START_TEST(decode_works_in_place)
{
	char s[] = "Zm9vYmFy";
	size_t n = 0;
	ck_assert(base64_decode(s, &n, s, 8));
	ck_assert_uint_eq(n, 6);
	ck_assert_int_eq(memcmp(s, "foobar", 6), 0);
}
END_TEST

START_TEST(decode_refuses_faults)
{
	char out[16];
	size_t n = 99;
	ck_assert_msg(!base64_decode(out, &n, refused[_i], strlen(refused[_i])), "%s", refused[_i]);
	ck_assert_uint_eq(n, 99);
}
END_TEST

START_TEST(decode_refuses_nul)
{
	char out[16];
	size_t n;
	ck_assert(!base64_decode(out, &n, "Zm\0v", 4));
}
END_TEST

static struct {
	char const *in, *out;
} const lenient[] = {
	{"", ""}, {"Zm9vYmFy", "foobar"}, {"Zm9v\r\nYmFy\r\n", "foobar"}, {" Z m*9.v!", "foo"},
	{"Zm9vY", "foo"}, {"Zm9vYg", "foob"}, {"Zm9vYmE", "fooba"}, {"Zg==Zg==", "ff"},
	{"Zm9=Zm8=", "fofo"}, {"=", ""}, {"Z=Zg==", "f"}, {"====Zm9v====", "foo"},
	{"Zm9v-_YmFy", "foobar"}, {"Zh==", "f"},
	/* output of several encoders: in one line, in several, in long ones, with blanks around them */
	{"Zg==\nZm8=\nZm9v\n", "ffofoo"}, {"Zg==\r\n\r\nZm9v\r\nZg==", "ffoof"}, {"Zg== \t\n\tZm9v \n", "ffoo"},
	{"Zg==Zm9vYmFyZm9v\nYmFy", "ffoobarfoobar"}, {"Zg==\nZm9vZg==Zm9v\nZg==\n", "ffooffoof"}, {"Zg=\n=\nZm9v", "ffoo"},
	/* text after the data */
	{"aG9sYSBtdW5kbw==\n\n____\nlist mailing list\nlist@x\n", "hola mundo"},
	{"aG9sYSBtdW5kbw==\r\n\r\n---\r\nSin virus. www.x.example\r\n", "hola mundo"},
	{"Zg==\nSent from my phone\nZm9v\n", "f"}, {"Zm8=\n\nPublicidad\n", "fo"}, {"Zg==\xc3\xb1oro", "f"},
	{"Zg==Zm9v\n\n--\nlist", "ffoo"}, {"Zg==\nZm8=\n-- \nZm9v", "ffo"}, {"Zg== Zm9v Zm9v", "f"}, {"Zg==Zm9", "f"},
	/* padding in a place where it cannot be does not end the data */
	{"Zm9v=-Zm9v", "foofoo"}, {"Zm9vZ=-Zm9v", "foofoo"},
};

START_TEST(read_forgives_faults)
{
	size_t n = strlen(lenient[_i].in);
	char *in = malloc(n ? n : 1), *out = malloc(BASE64_ROOM(n)); /* exact, for the sanitizer */
	memcpy(in, lenient[_i].in, n);
	size_t k = base64_read(out, in, n);
	ck_assert_uint_le(k, BASE64_ROOM(n));
	ck_assert_uint_eq(k, strlen(lenient[_i].out));
	ck_assert_int_eq(memcmp(out, lenient[_i].out, k), 0);
	free(in);
	free(out);
}
END_TEST

/* Inputs that take quadratic time if lines after padding are read more than once. */
START_TEST(read_takes_linear_time)
{
	static char const *const units[] = {"Zg==", "=", "Zg==\n", "Zg==Zm9v", "\n", "Zm9v"};
	size_t const size = 1 << 22, len = strlen(units[_i]);
	char *in = malloc(size), *out = malloc(BASE64_ROOM(size));
	for (size_t i = 0; i < size; i++)
		in[i] = i < 4 ? "Zg=="[i] : units[_i][i % len];
	ck_assert_uint_le(base64_read(out, in, size), BASE64_ROOM(size));
	free(in);
	free(out);
}
END_TEST

START_TEST(decode_knows_all_64_digits_and_no_other)
{
	static char const alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (int c = 0; c < 256; c++) {
		char in[4] = {'A', 'A', 'A', (char)c}, out[4];
		size_t n;
		char const *at = c ? strchr(alphabet, c) : NULL;
		bool ok = base64_decode(out, &n, in, 4);
		ck_assert_int_eq(ok, at != NULL || c == '=');
		if (at) {
			ck_assert_uint_eq(n, 3);
			ck_assert_int_eq(out[2], (char)(at - alphabet));
		}
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("base64");
	TCase *c = unit_case("base64");
	tcase_add_loop_test(c, decode_reads_base64, 0, sizeof strict / sizeof *strict);
	tcase_add_loop_test(c, encode_writes_padding, 0, sizeof strict / sizeof *strict);
	tcase_add_test(c, decode_works_in_place);
	tcase_add_loop_test(c, decode_refuses_faults, 0, sizeof refused / sizeof *refused);
	tcase_add_test(c, decode_refuses_nul);
	tcase_add_loop_test(c, read_forgives_faults, 0, sizeof lenient / sizeof *lenient);
	tcase_add_loop_test(c, read_takes_linear_time, 0, 6);
	tcase_add_test(c, decode_knows_all_64_digits_and_no_other);
	suite_add_tcase(s, c);
	return s;
}
