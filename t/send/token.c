/* Tokens and the file of their keys. */
#include "send/linkkeys.h"
#include "base/base32.h"
#include "base/num.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define K0 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define K1 "f00102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f"

static char path[sizeof unit_folder + 16];
static struct linkkeys keys;

static void write_file(char const *text)
{
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert(fputs(text, f) >= 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void make_folder(void)
{
	unit_make_folder();
	snprintf(path, sizeof path, "%s/link.key", unit_folder);
	write_file("7 " K0 "\n");
	ck_assert(linkkeys_read(&keys, path));
}

static size_t write_token(char *out, struct token const *t)
{
	return token_write(out, t, keys.first, linkkeys_mac, &keys);
}

static bool read_token(struct token *t, char const *s, size_t n)
{
	return token_read(t, s, n, linkkeys_mac, &keys);
}

static enum token_kind const kinds[] = {TOKEN_VIEW, TOKEN_OPEN, TOKEN_CLICK, TOKEN_UNSUBSCRIBE, TOKEN_BOUNCE};
static uint64_t const numbers[] = {1, 2, 127, 128, 16383, 16384, UINT64_C(1) << 40, INT64_MAX};

START_TEST(a_token_reads_as_it_was_written)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		for (size_t j = 0; j < sizeof numbers / sizeof *numbers; j++) {
			struct token t = {kinds[_i], numbers[i], numbers[j], numbers[(i + j) % 8], 0}, again;
			char out[TOKEN_SIZE];
			if (t.kind == TOKEN_CLICK)
				t.link = numbers[j];
			size_t n = write_token(out, &t);
			ck_assert_uint_gt(n, 0);
			ck_assert_uint_le(n, TOKEN_SIZE);
			ck_assert(read_token(&again, out, n));
			ck_assert_int_eq(again.kind, t.kind);
			ck_assert_uint_eq(again.plan, t.plan);
			ck_assert_uint_eq(again.send, t.send);
			ck_assert_uint_eq(again.contact, t.contact);
			ck_assert_uint_eq(again.link, t.link);
		}
}
END_TEST

START_TEST(a_number_out_of_range_is_refused)
{
	char out[TOKEN_SIZE];
	ck_assert_uint_eq(write_token(out, &(struct token){TOKEN_VIEW, 0, 1, 1, 0}), 0);
	ck_assert_uint_eq(write_token(out, &(struct token){TOKEN_VIEW, 1, 0, 1, 0}), 0);
	ck_assert_uint_eq(write_token(out, &(struct token){TOKEN_VIEW, 1, 1, UINT64_C(1) << 63, 0}), 0);
	ck_assert_uint_eq(write_token(out, &(struct token){TOKEN_CLICK, 1, 1, 1, 0}), 0);
	ck_assert_uint_eq(token_write(out, &(struct token){TOKEN_VIEW, 1, 1, 1, 0}, 8, linkkeys_mac, &keys), 0);
}
END_TEST

/* The signature is HMAC-SHA256 over the octets, as Python's hmac computes it. */
START_TEST(a_token_has_the_published_form)
{
	char out[TOKEN_SIZE];
	size_t n = write_token(out, &(struct token){TOKEN_CLICK, 3, 1166, 70000, 12});
	ck_assert_uint_eq(n, strlen("a5rqhdqj6craidgxanimy7afsnnmfmry2m"));
	ck_assert_int_eq(memcmp(out, "a5rqhdqj6craidgxanimy7afsnnmfmry2m", n), 0);
}
END_TEST

START_TEST(upper_case_is_read)
{
	char out[TOKEN_SIZE];
	struct token t;
	size_t n = write_token(out, &(struct token){TOKEN_UNSUBSCRIBE, 3, 1166, 70000, 0});
	for (size_t i = 0; i < n; i++)
		if (out[i] >= 'a')
			out[i] = (char)(out[i] - 32);
	ck_assert(read_token(&t, out, n));
	ck_assert_uint_eq(t.contact, 70000);
}
END_TEST

START_TEST(every_changed_bit_is_refused)
{
	char out[TOKEN_SIZE], s[TOKEN_SIZE];
	unsigned char octets[TOKEN_OCTETS];
	size_t len;
	struct token t;
	size_t n = write_token(out, &(struct token){kinds[_i], 3, 1166, 70000, kinds[_i] == TOKEN_CLICK});
	ck_assert(base32_decode(octets, &len, out, n));
	for (size_t i = 0; i < len * 8; i++) {
		octets[i / 8] ^= (unsigned char)(1 << i % 8);
		ck_assert(!read_token(&t, s, base32_encode(s, octets, len)));
		octets[i / 8] ^= (unsigned char)(1 << i % 8);
	}
	for (size_t i = 0; i < n; i++)
		ck_assert(!read_token(&t, out, i));
	ck_assert(!read_token(&t, out, TOKEN_SIZE + 1));
	ck_assert(read_token(&t, out, n));
}
END_TEST

/* Octets that are signed, and are not a token. */
static struct {
	unsigned char s[24];
	size_t n;
} const malformed[] = {
	{{7, 'v', 1, 1}, 4},                  /* a number is missing */
	{{7, 'v', 1, 1, 1, 1}, 6},            /* one too many */
	{{7, 'c', 1, 1, 1}, 5},               /* a click without its link */
	{{7, 'v', 1, 1, 0x81, 0}, 6},         /* more octets than it takes */
	{{7, 'v', 1, 1, 0}, 5},               /* zero */
	{{7, 'x', 1, 1, 1}, 5},               /* no kind */
	{{7, 'v', 1, 1, 0x81}, 5},            /* cut off */
	{{7, 'v', 1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}, 14}, /* 2^63 and more */
	{{7}, 1},
};

START_TEST(signed_octets_that_are_not_a_token_are_refused)
{
	unsigned char s[64];
	char out[TOKEN_SIZE + 40];
	struct token t;
	size_t n = malformed[_i].n;
	memcpy(s, malformed[_i].s, n);
	ck_assert(linkkeys_mac(&keys, 7, s, n, s + n));
	ck_assert(!read_token(&t, out, base32_encode(out, s, n + TOKEN_MAC)));
}
END_TEST

START_TEST(all_keys_verify_and_the_first_signs)
{
	char out[TOKEN_SIZE];
	struct token t;
	size_t n = write_token(out, &(struct token){TOKEN_VIEW, 1, 2, 3, 0});
	write_file("# new\n\n8 " K1 "\n7 " K0); /* the last line end may be missing */
	ck_assert(linkkeys_read(&keys, path));
	ck_assert_uint_eq(keys.first, 8);
	ck_assert(read_token(&t, out, n));
	n = write_token(out, &(struct token){TOKEN_VIEW, 1, 2, 3, 0});
	ck_assert(read_token(&t, out, n));
	write_file("7 " K0 "\n");
	ck_assert(linkkeys_read(&keys, path));
	ck_assert(!read_token(&t, out, n));
}
END_TEST

static char const *const bad_files[] = {
	"", "# no key\n", "7\n", "7 00\n", "256 " K0 "\n", "-1 " K0 "\n", "7  " K0 "\n", "7 " K0 "0\n",
	"7 " K0 "\n7 " K1 "\n", "7 x" K0 "\n", " 7 " K0 "\n", "7 " K0 "\r\n",
};

START_TEST(a_malformed_file_is_refused)
{
	write_file(bad_files[_i]);
	errno = 0;
	ck_assert_msg(!linkkeys_read(&keys, path), "%s", bad_files[_i]);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

START_TEST(linkkeys_add_puts_a_key_first_and_keeps_the_others)
{
	struct linkkeys more;
	struct stat st;
	char token[TOKEN_SIZE];
	struct token t;
	size_t n = write_token(token, &(struct token){TOKEN_VIEW, 1, 2, 3, 0});
	ck_assert_int_eq(chmod(path, 0604), 0);
	ck_assert(linkkeys_add(path));
	ck_assert(linkkeys_read(&more, path));
	ck_assert_uint_eq(more.count, 2);
	ck_assert_uint_eq(more.first, 8);
	ck_assert(token_read(&t, token, n, linkkeys_mac, &more));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0604);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert(linkkeys_add(path));
	ck_assert(linkkeys_read(&more, path));
	ck_assert_uint_eq(more.count, 1);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
}
END_TEST

START_TEST(linkkeys_add_takes_a_free_number_or_fails)
{
	struct linkkeys more;
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (int i = 255; i >= 0; i--)
		if (i != 100)
			fprintf(f, "%d %s\n", i, K0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert(linkkeys_add(path));
	ck_assert(linkkeys_read(&more, path));
	ck_assert_uint_eq(more.first, 100);
	errno = 0;
	ck_assert(!linkkeys_add(path));
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert(linkkeys_read(&more, path));
	ck_assert_uint_eq(more.count, 256);
	write_file("7 00\n");
	ck_assert(!linkkeys_add(path));
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("token");
	TCase *c = unit_case("token");
	tcase_add_checked_fixture(c, make_folder, unit_remove_folder);
	tcase_add_loop_test(c, a_token_reads_as_it_was_written, 0, 5);
	tcase_add_test(c, a_number_out_of_range_is_refused);
	tcase_add_test(c, a_token_has_the_published_form);
	tcase_add_test(c, upper_case_is_read);
	tcase_add_loop_test(c, every_changed_bit_is_refused, 0, 5);
	tcase_add_loop_test(c, signed_octets_that_are_not_a_token_are_refused, 0, sizeof malformed / sizeof *malformed);
	tcase_add_test(c, all_keys_verify_and_the_first_signs);
	tcase_add_loop_test(c, a_malformed_file_is_refused, 0, sizeof bad_files / sizeof *bad_files);
	tcase_add_test(c, linkkeys_add_puts_a_key_first_and_keeps_the_others);
	tcase_add_test(c, linkkeys_add_takes_a_free_number_or_fails);
	suite_add_tcase(s, c);
	return s;
}
