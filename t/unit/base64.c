/* Base64: what SASL refuses, and what mail is forgiven. */
#include "core/base64.h"
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

START_TEST(decodes_strictly)
{
	char out[16];
	size_t n = 99;
	ck_assert(base64_decode(out, &n, strict[_i].in, strlen(strict[_i].in)));
	ck_assert_uint_eq(n, strlen(strict[_i].out));
	ck_assert_int_eq(memcmp(out, strict[_i].out, n), 0);
}
END_TEST

START_TEST(decodes_in_place)
{
	char s[] = "Zm9vYmFy";
	size_t n = 0;
	ck_assert(base64_decode(s, &n, s, 8));
	ck_assert_uint_eq(n, 6);
	ck_assert_int_eq(memcmp(s, "foobar", 6), 0);
}
END_TEST

START_TEST(refuses)
{
	char out[16];
	size_t n = 99;
	ck_assert_msg(!base64_decode(out, &n, refused[_i], strlen(refused[_i])), "%s", refused[_i]);
	ck_assert_uint_eq(n, 99);
}
END_TEST

START_TEST(refuses_nul)
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
};

START_TEST(forgives)
{
	size_t n = strlen(lenient[_i].in);
	for (size_t cut = 0; cut <= n; cut++) {
		char out[64];
		struct base64 b = {0, 0};
		size_t k = base64_feed(&b, out, lenient[_i].in, cut);
		ck_assert_uint_le(k, BASE64_ROOM(cut));
		k += base64_feed(&b, out + k, lenient[_i].in + cut, n - cut);
		k += base64_end(&b, out + k);
		ck_assert_uint_eq(k, strlen(lenient[_i].out));
		ck_assert_int_eq(memcmp(out, lenient[_i].out, k), 0);
	}
}
END_TEST

START_TEST(knows_each_octet)
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

int main(void)
{
	Suite *s = suite_create("base64");
	TCase *c = tcase_create("base64");
	tcase_add_loop_test(c, decodes_strictly, 0, sizeof strict / sizeof *strict);
	tcase_add_test(c, decodes_in_place);
	tcase_add_loop_test(c, refuses, 0, sizeof refused / sizeof *refused);
	tcase_add_test(c, refuses_nul);
	tcase_add_loop_test(c, forgives, 0, sizeof lenient / sizeof *lenient);
	tcase_add_test(c, knows_each_octet);
	suite_add_tcase(s, c);
	return unit_run(s);
}
