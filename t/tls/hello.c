/* The server name of a ClientHello, and the ClientHello itself in records of every size. */
#include "tls/hello.h"
#include "unit.h"

#include <string.h>

struct hello_text {
	unsigned char s[600];
	size_t n;
};

static void append(struct hello_text *h, char const *s, size_t n)
{
	memcpy(h->s + h->n, s, n);
	h->n += n;
}

/* A ClientHello with these extensions; NULL: without an extensions field. */
static struct hello_text make_hello(char const *extensions, size_t n)
{
	struct hello_text h = {.n = 4};
	char size[2] = {(char)(n >> 8), (char)n};
	h.s[0] = 1;
	append(&h, "\3\3", 2);
	append(&h, "0123456789abcdef0123456789abcdef", 32);
	append(&h, "\4sess", 5);
	append(&h, "\0\4\xc0\x2b\xc0\x2f", 6);
	append(&h, "\1\0", 2);
	if (extensions) {
		append(&h, size, 2);
		append(&h, extensions, n);
	}
	h.s[2] = (unsigned char)((h.n - 4) >> 8);
	h.s[3] = (unsigned char)(h.n - 4);
	return h;
}

static char const three[] = "\0\12\0\4\0\2\0\27" /* groups */
	"\0\0\0\16\0\14\0\0\11localhost"
	"\xff\1\0\1\0";

START_TEST(hello_server_name_finds_the_extension)
{
	struct hello_text h = make_hello(three, sizeof three - 1);
	size_t at, len;
	ck_assert(hello_server_name(h.s, h.n, &at, &len));
	ck_assert_uint_eq(len, 14);
	ck_assert_mem_eq(h.s + at, "\0\14\0\0\11localhost", 14);
	h.n += 3; /* the beginning of another message is ignored */
	ck_assert(hello_server_name(h.s, h.n, &at, &len));
	ck_assert_uint_eq(len, 14);
}
END_TEST

START_TEST(without_the_extension_the_length_is_0)
{
	size_t at, len;
	struct hello_text h = make_hello(NULL, 0);
	ck_assert(hello_server_name(h.s, h.n, &at, &len));
	ck_assert_uint_eq(len, 0);
	h = make_hello("", 0);
	ck_assert(hello_server_name(h.s, h.n, &at, &len));
	ck_assert_uint_eq(len, 0);
	h = make_hello("\0\12\0\4\0\2\0\27", 8);
	ck_assert(hello_server_name(h.s, h.n, &at, &len));
	ck_assert_uint_eq(len, 0);
}
END_TEST

/* In memory of exactly its size, so that the sanitizer sees reads beyond it. */
START_TEST(a_cut_hello_is_refused)
{
	struct hello_text h = make_hello(three, sizeof three - 1);
	for (size_t n = 0; n < h.n; n++) {
		unsigned char *s = malloc(n ? n : 1);
		size_t at = 0, len = 0;
		ck_assert_ptr_nonnull(s);
		memcpy(s, h.s, n);
		ck_assert_msg(!hello_server_name(s, n, &at, &len), "%zu of %zu", n, h.n);
		free(s);
	}
}
END_TEST

START_TEST(wrong_lengths_are_never_read_beyond_the_end)
{
	struct hello_text h = make_hello(three, sizeof three - 1);
	for (size_t i = 0; i < h.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct hello_text x = h;
			size_t at = 0, len = 0;
			x.s[i] ^= (unsigned char)(1 << bit);
			if (hello_server_name(x.s, x.n, &at, &len))
				ck_assert_uint_le(at + len, x.n);
		}
	h.s[0] = 2;
	size_t at, len;
	ck_assert(!hello_server_name(h.s, h.n, &at, &len));
	h = make_hello("\0\0\0\3\0", 5);
	ck_assert(!hello_server_name(h.s, h.n, &at, &len));
}
END_TEST

/* Writes h to w in records of `size` octets. */
static size_t write_records(struct hello_text const *h, size_t size, unsigned char *w)
{
	size_t n = 0;
	for (size_t i = 0; i < h->n; i += size) {
		size_t len = h->n - i < size ? h->n - i : size;
		memcpy(w + n, "\26\3\1\0", 4);
		w[n + 3] = (unsigned char)(len >> 8);
		w[n + 4] = (unsigned char)len;
		memcpy(w + n + 5, h->s + i, len);
		n += 5 + len;
	}
	return n;
}

START_TEST(hello_add_joins_records_of_every_size)
{
	struct hello_text h = make_hello(three, sizeof three - 1);
	static unsigned char w[4000];
	static struct hello taken;
	for (size_t size = 1; size <= h.n; size++)
		for (size_t piece = 1; piece < 30; piece++) {
			size_t n = write_records(&h, size, w);
			taken.header_len = taken.left = taken.len = 0;
			for (size_t i = 0; i < n; i += piece) {
				enum hello_state e = hello_add(&taken, w + i, n - i < piece ? n - i : piece);
				ck_assert_int_eq(e, i + piece < n ? HELLO_PART : HELLO_WHOLE);
			}
			ck_assert_uint_eq(taken.len, h.n);
			ck_assert_mem_eq(taken.content, h.s, h.n);
		}
}
END_TEST

static enum hello_state state_after(char const *s, size_t n)
{
	struct hello h;
	h.header_len = h.left = h.len = 0;
	return hello_add(&h, (unsigned char const *)s, n);
}

START_TEST(hello_add_refuses_other_messages_and_long_ones)
{
	ck_assert_int_eq(state_after("\26", 1), HELLO_PART);
	ck_assert_int_eq(state_after("E", 1), HELLO_NONE);
	ck_assert_int_eq(state_after("\25\3\1\0\2", 5), HELLO_NONE);
	ck_assert_int_eq(state_after("\26\3\1\0\0", 5), HELLO_NONE);
	ck_assert_int_eq(state_after("\26\3\1\x40\1", 5), HELLO_NONE);
	ck_assert_int_eq(state_after("\26\3\1\x40\0", 5), HELLO_PART);
	ck_assert_int_eq(state_after("\26\3\1\0\1\2", 6), HELLO_NONE);
	ck_assert_int_eq(state_after("\26\3\1\0\4\1\0\0\0", 9), HELLO_WHOLE);
	ck_assert_int_eq(state_after("\26\3\1\0\4\1\0\x3f\xfc", 9), HELLO_PART);
	ck_assert_int_eq(state_after("\26\3\1\0\4\1\0\x3f\xfd", 9), HELLO_NONE);
	ck_assert_int_eq(state_after("\26\3\1\0\4\1\xff\xff\xff", 9), HELLO_NONE);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("hello");
	TCase *c = unit_case("hello");
	tcase_add_test(c, hello_server_name_finds_the_extension);
	tcase_add_test(c, without_the_extension_the_length_is_0);
	tcase_add_test(c, a_cut_hello_is_refused);
	tcase_add_test(c, wrong_lengths_are_never_read_beyond_the_end);
	tcase_add_test(c, hello_add_joins_records_of_every_size);
	tcase_add_test(c, hello_add_refuses_other_messages_and_long_ones);
	suite_add_tcase(s, c);
	return s;
}
