/* Encoded words: the runs into which a value is split. */
#include "mail/encword.h"
#include "unit.h"

#include <string.h>
#include <time.h>

/* Runs as text: plain ones in (), encoded ones as charset[octets]. */
static void runs(struct buf *out, char const *s, size_t n)
{
	struct encword e;
	struct encword_run run;
	struct buf scratch = BUF_ZERO;
	int r;
	encword_start(&e, s, n);
	while ((r = encword_next(&e, &run, &scratch)) > 0) {
		must(run.encoded || run.n);
		must(run.encoded || !run.charset_len);
		must(buf_put(out, run.charset, run.charset_len));
		must(buf_putc(out, run.encoded ? '[' : '('));
		must(buf_put(out, run.s, run.n));
		must(buf_putc(out, run.encoded ? ']' : ')'));
	}
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(encword_next(&e, &run, &scratch), 0);
	must(buf_putc(out, 0));
	buf_free(&scratch);
}

static struct {
	char const *in, *out;
} const values[] = {
	{"", ""}, {"hola", "(hola)"}, {"=?utf-8?Q?a_=C3=B1?=", "utf-8[a \xc3\xb1]"},
	{"=?UTF-8?b?w7E=?=", "UTF-8[\xc3\xb1]"},
	{"a =?x?q?b?= c", "(a )x[b]( c)"}, {"=?x?q?a?= =?x?q?b?=", "x[a]x[b]"},
	{"=?x?q?a?= \t =?y?b?Yg==?=", "x[a]y[b]"}, {"=?x?q?a?==?x?q?b?=", "x[a]x[b]"},
	{"=?x?q?a?= b =?x?q?c?=", "x[a]( b )x[c]"}, {"=?x?q?a?= ", "x[a]( )"},
	{" =?x?q?a?=", "( )x[a]"}, {"\"=?x?q?a?=\" <a@b>", "(\")x[a](\" <a@b>)"},
	{"a=?x?q?b?=c", "(a)x[b](c)"}, {"=?x*es?q?a?=", "x[a]"}, {"=??q?a?=", "[a]"},
	{"=?*es?q?a?=", "[a]"}, {"=?x?q?" "?=", "x[]"}, {"=?x?q?a b?=", "x[a b]"},
	{"=?x?q?a?b?=", "x[a?b]"}, {"=?x?q?=41?=", "x[A]"}, {"=?x?q?=4?=", "x[=4]"},
	{"=?x?z?a?=", "(=?x?z?a?=)"}, {"=?x?q?a", "(=?x?q?a)"}, {"=?x?q?a?", "(=?x?q?a?)"},
	{"=?x y?q?a?=", "(=?x y?q?a?=)"}, {"=?x?=", "(=?x?=)"}, {"=?", "(=?)"}, {"=", "(=)"},
	{"=?=?x?q?a?=", "(=?)x[a]"}, {"==?x?q?a?=", "(=)x[a]"}, {"=?x?q?a?=?=", "x[a](?=)"},
	{"=?x?q?a?= =?x?z?b?=", "x[a]( =?x?z?b?=)"}, {"=?x?b?w7?=", "x[\xc3]"},
	{"=?x?b?w 7 E?=", "x[\xc3\xb1]"}, {"=?x?b?*?=", "x[]"}, {"=?x?b?w7Hw?=", "x[\xc3\xb1\xf0]"},
	{"=?ISO-8859-1?Q?=22V=EDctor_J=2E_Chamorro=22?= <victor@dominio.com>",
	 "ISO-8859-1[\"V\xed" "ctor J. Chamorro\"]( <victor@dominio.com>)"},
	{"=?u?Q?=C3?= =?u?Q?=B1?=", "u[\xc3]u[\xb1]"}, {"\xf1 =?x?q?a?= \xf1", "(\xf1 )x[a]( \xf1)"},
	{"=?x?q?a =?x?q?b?=", "x[a =?x?q?b]"},
};

START_TEST(a_value_is_split_into_runs)
{
	struct buf out = BUF_ZERO;
	runs(&out, values[_i].in, strlen(values[_i].in));
	ck_assert_str_eq(out.s, values[_i].out);
	buf_free(&out);
}
END_TEST

START_TEST(a_value_cut_off_anywhere_is_read_to_its_end)
{
	for (size_t n = 0; n <= strlen(values[_i].in); n++) {
		struct buf out = BUF_ZERO;
		char *copy = malloc(n ? n : 1);
		memcpy(copy, values[_i].in, n);
		runs(&out, copy, n);
		free(copy);
		buf_free(&out);
	}
}
END_TEST

static char const *const floods[] = {
	"=?x?q?a?= ", "=?x?q?a", "=?x?q?a?", "=?", "=", "?=", "=?x", "=?x?b?", "=?a?Q?x=", " ", "=?x?z?a?=",
};

START_TEST(time_is_linear)
{
	struct buf in = BUF_ZERO, out = BUF_ZERO;
	while (in.len < 512000)
		must(buf_puts(&in, floods[_i]));
	clock_t start = clock();
	runs(&out, in.s, in.len);
	ck_assert(clock() - start < CLOCKS_PER_SEC);
	buf_free(&in);
	buf_free(&out);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("encword");
	TCase *c = unit_case("encword");
	tcase_add_loop_test(c, a_value_is_split_into_runs, 0, sizeof values / sizeof *values);
	tcase_add_loop_test(c, a_value_cut_off_anywhere_is_read_to_its_end, 0, sizeof values / sizeof *values);
	tcase_add_loop_test(c, time_is_linear, 0, sizeof floods / sizeof *floods);
	suite_add_tcase(s, c);
	return s;
}
