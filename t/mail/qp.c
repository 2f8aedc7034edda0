/* Quoted-printable, whole, cut off and broken. */
#include "mail/qp.h"
#include "unit.h"

#include <string.h>

static struct {
	char const *in, *out;
} const bodies[] = {
	{"", ""}, {"hola\n", "hola\n"}, {"hola\r\n", "hola\r\n"}, {"=48ola", "Hola"},
	{"=f1=F1", "\xf1\xf1"}, {"a=\nb", "ab"}, {"a=\r\nb", "ab"}, {"a= \t\r\nb", "ab"},
	{"a \t\nb ", "a\nb"}, {"a \r\n", "a\r\n"}, {"a b", "a b"}, {"a  =\nb", "a  b"},
	{"a=20\n", "a \n"}, {"=", ""}, {"a=  ", "a"}, {"=4", "=4"}, {"=G1", "=G1"},
	{"==41", "=A"}, {"= x", "= x"}, {"=\r", "=\r"}, {"a\rb", "a\rb"}, {"=3D\"x\"", "=\"x\""},
	{"_", "_"}, {"=0D=0A", "\r\n"}, {"a=\n", "a"}, {" \n \n", "\n\n"},
};

START_TEST(quoted_printable_is_decoded)
{
	struct buf out = BUF_ZERO;
	ck_assert(buf_puts(&out, "antes:"));
	ck_assert(qp_decode(&out, bodies[_i].in, strlen(bodies[_i].in)));
	ck_assert(buf_putc(&out, 0));
	ck_assert_str_eq(out.s + 6, bodies[_i].out);
	buf_free(&out);
}
END_TEST

static struct {
	char const *in, *out;
} const words[] = {
	{"", ""}, {"a_b", "a b"}, {"=5F", "_"}, {"a b ", "a b "}, {"=F", "=F"}, {"==", "=="},
	{"=c3=b1", "\xc3\xb1"}, {"=\n", "=\n"},
};

START_TEST(the_q_encoding_is_decoded)
{
	struct buf out = BUF_ZERO;
	ck_assert(qp_decode_word(&out, words[_i].in, strlen(words[_i].in)));
	ck_assert(buf_putc(&out, 0));
	ck_assert_str_eq(out.s, words[_i].out);
	buf_free(&out);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("qp");
	TCase *c = unit_case("qp");
	tcase_add_loop_test(c, quoted_printable_is_decoded, 0, sizeof bodies / sizeof *bodies);
	tcase_add_loop_test(c, the_q_encoding_is_decoded, 0, sizeof words / sizeof *words);
	suite_add_tcase(s, c);
	return s;
}
