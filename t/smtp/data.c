/* The octets after DATA: the end of a body, its dots and line ends, its size. Each case is cut
   at every octet. */
#include "smtp/data.h"
#include "unit.h"

#include <string.h>

static struct {
	enum data_mode mode;
	char const *in, *out, *rest; /* rest: the octets after the end; NULL: the body does not end */
	unsigned int size;
} const cases[] = {
	{DATA_CRLF, ".\r\n", "", "", 0},
	{DATA_CRLF, "a\r\n.\r\nQUIT", "a\n", "QUIT", 3},
	{DATA_CRLF, "..\r\n.\r\n", ".\n", "", 3},
	{DATA_CRLF, "..a\r\n...\r\n.\r\n", ".a\n..\n", "", 8},
	{DATA_CRLF, ".a\r\n.\r\n", "a\n", "", 3},
	{DATA_CRLF, "a\n.\nb\r\n.\r\n", "a\n.\nb\n", "", 7},
	{DATA_CRLF, "a\n.\r\nb\r\n.\r\n", "a\n.\nb\n", "", 8},
	{DATA_CRLF, "a\n..\r\n.\r\n", "a\n..\n", "", 6},
	{DATA_CRLF, "a\r\n.\nb\r\n.\r\n", "a\n\nb\n", "", 7},
	{DATA_CRLF, "a\r\n.\rb\r\n.\r\n", "a\n\rb\n", "", 7},
	{DATA_CRLF, "a\r\n.\r\r\n.\r\n", "a\n\r\n", "", 6},
	{DATA_CRLF, "a\r.\r\n.\r\n", "a\r.\n", "", 5},
	{DATA_CRLF, "a\r\r\n.\r\n", "a\r\n", "", 4},
	{DATA_CRLF, "\r\n.\r\n", "\n", "", 2},
	{DATA_CRLF, "\n.\r\n\r\n.\r\n", "\n.\n\n", "", 6},
	{DATA_CRLF, "a\r\n.\r", "a\n", NULL, 3},
	{DATA_LF, ".\n", "", "", 0},
	{DATA_LF, "a\n.\nQUIT", "a\n", "QUIT", 3},
	{DATA_LF, "a\r\n.\r\nQUIT", "a\n", "QUIT", 3},
	{DATA_LF, "a\n..b\n.\n", "a\n.b\n", "", 7},
	{DATA_LF, "a\r\r\n.\n", "a\r\n", "", 4},
	{DATA_LF, "a\rb\n.\n", "a\rb\n", "", 5},
	{DATA_LF, "a\r\n.\rb\n.\n", "a\n\rb\n", "", 7},
	{DATA_CHUNK, "a\r\n.\r\n..b\r\n", "a\n.\n..b\n", NULL, 11},
	{DATA_CHUNK, "a\nb\r", "a\nb", NULL, 3},
};

START_TEST(a_body_ends_at_its_dot_however_it_is_cut)
{
	char const *in = cases[_i].in;
	size_t n = strlen(in);
	for (size_t cut = 0; cut <= n; cut++) {
		char room[101], *s = room + 1, out[102];
		struct data d;
		size_t used = 0, len = 0, at = 0;
		data_start(&d, cases[_i].mode);
		memcpy(s, in, n);
		while (at < n && !d.ended) {
			size_t take = at < cut ? cut - at : n - at;
			/* in place, as the dialogue does it */
			size_t w = data_feed(&d, s + at - 1, s + at, take, &used);
			ck_assert_uint_le(w, used + 1);
			memcpy(out + len, s + at - 1, w);
			len += w;
			at += used;
		}
		out[len] = 0;
		ck_assert_msg(strcmp(out, cases[_i].out) == 0, "%d cut at %zu: %s", _i, cut, out);
		ck_assert_int_eq(d.ended, cases[_i].rest != NULL);
		if (cases[_i].rest)
			ck_assert_str_eq(in + at, cases[_i].rest);
		ck_assert_uint_eq(d.size, cases[_i].size);
	}
}
END_TEST

START_TEST(a_chunk_ends_with_the_cr_that_was_held_back)
{
	char out[4];
	struct data d;
	size_t used;
	data_start(&d, DATA_CHUNK);
	ck_assert_uint_eq(data_feed(&d, out, "a\r", 2, &used), 1);
	ck_assert_uint_eq(data_flush(&d, out), 1);
	ck_assert_int_eq(out[0], '\r');
	ck_assert_uint_eq(d.size, 2);
	ck_assert_uint_eq(data_flush(&d, out), 0);
}
END_TEST

START_TEST(a_nul_is_noticed)
{
	char out[10];
	struct data d;
	size_t used;
	data_start(&d, DATA_CRLF);
	data_feed(&d, out, "ab\0c", 4, &used);
	ck_assert(d.nul);
	data_start(&d, DATA_CRLF);
	data_feed(&d, out, "\0", 1, &used);
	ck_assert(d.nul);
	data_start(&d, DATA_CRLF);
	data_feed(&d, out, "ab\r\nc", 5, &used);
	ck_assert(!d.nul);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("data");
	TCase *c = unit_case("data");
	tcase_add_loop_test(c, a_body_ends_at_its_dot_however_it_is_cut, 0, sizeof cases / sizeof *cases);
	tcase_add_test(c, a_chunk_ends_with_the_cr_that_was_held_back);
	tcase_add_test(c, a_nul_is_noticed);
	suite_add_tcase(s, c);
	return s;
}
