/* PEM: objects found, decoded and refused. t/tls/saca-tlsd.t reads the key files that openssl makes. */
#include "tls/pem.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define B(name) "-----BEGIN " name "-----\n"
#define E(name) "-----END " name "-----\n"

/* Writes the objects as `name=octets;`, then end, bad or encrypted. */
static void write_objects(char *out, char const *text)
{
	char *copy = strdup(text);
	struct pem p = {.s = copy, .n = strlen(text)};
	enum pem_event e;
	*out = 0;
	while ((e = pem_next(&p)) == PEM_OBJECT)
		sprintf(out + strlen(out), "%s=%.*s;", p.name, (int)p.len, (char *)p.der);
	strcat(out, e == PEM_END ? "end" : e == PEM_BAD ? "bad" : "encrypted");
	free(copy);
}

static struct {
	char const *in, *out;
} const texts[] = {
	{"", "end"},
	{"nothing\n", "end"},
	{B("X") "aGVsbG8=\n" E("X"), "X=hello;end"},
	{B("X") "aGVsbG8h\n" E("X"), "X=hello!;end"},
	{B("X") "aGVsbA==\n" E("X"), "X=hell;end"},
	{B("X") E("X"), "X=;end"},
	{"before\n" B("A B") "YWI=\n" E("A B") "between\n" B("C") "Yw==\n" E("C") "after", "A B=ab;C=c;end"},
	{"-----BEGIN X-----\r\naGVs\r\nbG8=\r\n-----END X-----\r\n", "X=hello;end"},
	{B("X") "aG\nVsbG\n8=\n" E("X"), "X=hello;end"},
	{B("X") "aGVsbG8= \t\n-----END X-----", "X=hello;end"},
	{B("X") "+/+/\n" E("X"), "X=\xfb\xff\xbf;end"},
	{B("X") "AZaz09\n" E("X"), "bad"},
	{B("X") "aGVsbG8\n" E("X"), "bad"},
	{B("X") "aGVsbG8==\n" E("X"), "bad"},
	{B("X") "aGVsbG8===\n" E("X"), "bad"},
	{B("X") "aGVsbG8=aaaa\n" E("X"), "bad"},
	{B("X") "aGVsbG8h=\n" E("X"), "bad"},
	{B("X") "a\n" E("X"), "bad"},
	{B("X") "aGV sbG8=\n" E("X"), "bad"},
	{B("X") "aGV*bG8=\n" E("X"), "bad"},
	{B("X") "aGV\xe9" "bG8=\n" E("X"), "bad"},
	{B("X") "aGVsbG8=\n", "bad"},
	{B("X") "aGVsbG8=\n" E("Y"), "bad"},
	{B("X") "aGVsbG8=\n" B("X") E("X"), "bad"},
	{B("X") "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\naGVs\n" E("X"), "encrypted"},
	{"-----BEGIN -----\naGVs\n-----END -----\n", "=hel;end"},
	{"-----BEGIN 0123456789012345678901234567890123456789-----\n", "bad"},
	{"-----BEGIN-----\n", "end"},
	{"-----BEGIN X\n", "end"},
};

START_TEST(pem_next_reads_each_text)
{
	char out[200];
	write_objects(out, texts[_i].in);
	ck_assert_str_eq(out, texts[_i].out);
}
END_TEST

START_TEST(pem_next_knows_all_64_digits_and_no_other)
{
	static char const digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (unsigned int c = 1; c < 256; c++) {
		char text[] = B("X") "AAA_\n" E("X");
		char *at = strchr(text, '_');
		struct pem p = {.s = text, .n = strlen(text)};
		char const *digit = strchr(digits, (int)c);
		if (strchr("\n\r\t =", (int)c) || c == ':')
			continue;
		*at = (char)c;
		ck_assert_msg(pem_next(&p) == (digit ? PEM_OBJECT : PEM_BAD), "%u", c);
		if (digit) {
			ck_assert_uint_eq(p.len, 3);
			ck_assert_uint_eq(p.der[2], (unsigned int)(digit - digits));
		}
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("pem");
	TCase *c = unit_case("pem");
	tcase_add_loop_test(c, pem_next_reads_each_text, 0, sizeof texts / sizeof *texts);
	tcase_add_test(c, pem_next_knows_all_64_digits_and_no_other);
	suite_add_tcase(s, c);
	return s;
}
