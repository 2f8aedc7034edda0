/* Parameters as RFC 2045 and RFC 2231 define them, and malformed ones as mail has them. */
#include "mail/param.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct {
	char const *in, *word, *type;
} const starts[] = {
	{"", "", ""}, {"text/plain", "text", "text/plain"}, {"Text/HTML; a=b", "text", "text/html"},
	{"text / html;", "text", "text/html"}, {"(a) text (b) / (c) html (d)", "text", "text/html"},
	{"text", "text", ""}, {"text/", "text", ""}, {"/html", "", ""}, {"text//html", "text", ""},
	{"text/html,x", "text", "text/html"}, {"\"text/html\"; a", "text", "text/html"},
	{"image/svg+xml", "image", "image/svg+xml"}, {"\"attachment\"", "attachment", ""},
	{"base64;", "base64", ""}, {"quoted-printable (x)", "quoted-printable", ""},
	{"(sin fin text/html", "", ""}, {"(a\\) (b) c) 7BIT", "7bit", ""},
	{"text/\x1b[2J", "text", ""}, {"text/\xc3\xb1", "text", "text/\xc3\xb1"},
};

START_TEST(a_word_and_a_type_are_read)
{
	struct buf out = BUF_ZERO;
	size_t n = strlen(starts[_i].in);
	ck_assert(param_word(&out, starts[_i].in, n));
	ck_assert_str_eq(out.s, starts[_i].word);
	ck_assert_uint_eq(out.len, strlen(out.s));
	ck_assert(param_type(&out, starts[_i].in, n));
	ck_assert_str_eq(out.s, starts[_i].type);
	ck_assert_uint_eq(out.len, strlen(out.s));
	buf_free(&out);
}
END_TEST

/* The parameter is always called p. */
static struct {
	char const *in, *value, *charset; /* value NULL: not found */
} const params[] = {
	{"x; p=a", "a", ""}, {"x; P=A", "A", ""}, {"x;p=a;q=b", "a", ""}, {"x; q=b; p=a", "a", ""},
	{"x; p=\"a b;c\"; q=d", "a b;c", ""}, {"x; p=\"a\\\"b\\\\c\"", "a\"b\\c", ""},
	{"x; p = a", "a", ""}, {"x; p=\"a\"b; q=c", "a", ""}, {"x; p=; q=c", "", ""},
	{"x; p=\"\"", "", ""}, {"x; p=\"a b", "a b", ""}, {"x; p=\"a\\", "a\\", ""},
	{"x; p=a b ; q=c", "a b", ""}, {"x p=a q=b", "a", ""}, {"x; q=a p=b", "b", ""},
	{"x; p=a (c) ; q=d", "a", ""}, {"x; p=a(c)", "a(c)", ""}, {"x; (p=b) p=a", "a", ""},
	{"x; p=a; p=b", "a", ""}, {"x;;; ;p=a", "a", ""}, {"x; p; p=a", "a", ""},
	{"x; \"p=b\"; p=a", "a", ""}, {"x; =b; p=a", "a", ""}, {"x; q=\"; p=b\"; p=a", "a", ""},
	{"x; pp=a", NULL, NULL}, {"x; p", NULL, NULL}, {"p=a", "a", ""}, {"", NULL, NULL},
	{"x; p==_a=b", "=_a=b", ""}, {"x; p=a:b/c?d@[e]", "a:b/c?d@[e]", ""}, {"x; p='a'", "'a'", ""},
	{"x; p*=us-ascii'en'a%20b", "a b", "us-ascii"}, {"x; p*=''a%zz%4", "a%zz%4", ""},
	{"x; p*=a%20b", "a b", ""}, {"x; p*=a'b", "a'b", ""}, {"x; p=%41", "%41", ""},
	{"x; p*0=a; p*1=b", "ab", ""}, {"x; p*1=b; p*0=a", "ab", ""}, {"x; p*0=a; p*2=c", "ac", ""},
	{"x; p*0*=utf-8''%C3; p*1*=%B1; p*2=%41", "\xc3\xb1%41", "utf-8"},
	{"x; p*1*=%B1; p*0*=utf-8'es'%C3", "\xc3\xb1", "utf-8"},
	{"x; p*0=a'b'c; p*1*=%64", "a'b'cd", ""}, {"x; p*0=\"a \\\"\"; p*01=\"b\"", "a \"b", ""},
	{"x; p*0=a; p*0=b; p*1=c", "ac", ""}, {"x; p*10=k; p*9=j", "jk", ""},
	{"x; p=z; p*0=a", "z", ""}, {"x; p*0=a; p=z", "a", ""}, {"x; p*x=a; p=b", "b", ""},
	{"x; p**=a; p=b", "b", ""}, {"x; p*99999999999999999999=a; p=b", "b", ""},
	{"x; p*18446744073709551615=b; p*0=a", "ab", ""}, {"x; p*=u'e'%00a", "a", "u"},
};

START_TEST(a_parameter_is_found_in_any_form)
{
	struct buf out = BUF_ZERO, charset = BUF_ZERO;
	char const *in = params[_i].in;
	int found = param_find(&out, &charset, in, strlen(in), "p");
	ck_assert_msg(found == (params[_i].value != NULL), "%s", in);
	if (found) {
		ck_assert_str_eq(out.s, params[_i].value);
		ck_assert_uint_eq(out.len, strlen(out.s));
		ck_assert_str_eq(charset.s, params[_i].charset);
	} else {
		ck_assert_uint_eq(out.len, 0);
	}
	ck_assert_int_eq(param_find(&out, NULL, in, strlen(in), "p"), found);
	buf_free(&out);
	buf_free(&charset);
}
END_TEST

/* The sanitizer finds reads beyond the end: each copy has the exact size. */
START_TEST(a_value_cut_off_anywhere_is_read_to_its_end)
{
	struct buf out = BUF_ZERO;
	for (size_t n = 0; n <= strlen(params[_i].in); n++) {
		char *copy = malloc(n ? n : 1);
		memcpy(copy, params[_i].in, n);
		ck_assert_int_ge(param_find(&out, NULL, copy, n, "p"), 0);
		ck_assert(param_type(&out, copy, n));
		free(copy);
	}
	buf_free(&out);
}
END_TEST

START_TEST(thousands_of_pieces_are_joined_in_time)
{
	enum { MANY = 20000 };
	struct buf in = BUF_ZERO, out = BUF_ZERO;
	char piece[40];
	for (int i = 0; i < MANY; i++) { /* 7919 is prime: each number once, out of order */
		snprintf(piece, sizeof piece, ";p*%d=%c", i * 7919 % MANY, 'a' + i * 7919 % MANY % 26);
		ck_assert(buf_puts(&in, piece));
	}
	ck_assert_int_eq(param_find(&out, NULL, in.s, in.len, "p"), 1);
	ck_assert_uint_eq(out.len, MANY);
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(out.s[i], 'a' + i % 26);
	buf_free(&in);
	buf_free(&out);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("param");
	TCase *c = unit_case("param");
	tcase_add_loop_test(c, a_word_and_a_type_are_read, 0, sizeof starts / sizeof *starts);
	tcase_add_loop_test(c, a_parameter_is_found_in_any_form, 0, sizeof params / sizeof *params);
	tcase_add_loop_test(c, a_value_cut_off_anywhere_is_read_to_its_end, 0, sizeof params / sizeof *params);
	tcase_add_test(c, thousands_of_pieces_are_joined_in_time);
	suite_add_tcase(s, c);
	return s;
}
