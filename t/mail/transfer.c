/* Transfer encodings, and bodies that do not have the one of their label. */
#include "mail/transfer.h"
#include "unit.h"

#include <string.h>

static struct {
	enum mime_encoding encoding;
	bool text;
	char const *body, *out;
} const cases[] = {
	{MIME_7BIT, true, "a=41\n", "a=41\n"}, {MIME_8BIT, true, "\xf1", "\xf1"}, {MIME_BINARY, true, "a\r\nb", "a\r\nb"},
	{MIME_UNKNOWN, true, "begin\n", "begin\n"}, {MIME_QP, true, "=48ola=\n!\n", "Hola!\n"}, {MIME_QP, true, "", ""},
	{MIME_BASE64, true, "SG9s\nYQ\n", "Hola"}, {MIME_BASE64, true, "", ""}, {MIME_BASE64, true, "\n SG9s\r\n\tYQ== \r\n", "Hola"},
	{MIME_BASE64, true, "SG9sYQ==\nSG9sYQ==", "HolaHola"}, {MIME_BASE64, true, "SG9sYQ==\n\nSG9sYQ==\n", "HolaHola"},
	{MIME_BASE64, false, "SG9s*YQ\n", "Hola"}, {MIME_BASE64, false, "*", ""},
	/* words that are not base64 */
	{MIME_BASE64, true, "Estas son las novedades.\n", "Estas son las novedades.\n"}, {MIME_BASE64, true, "*", "*"},
	{MIME_BASE64, true, "<p>hola</p>", "<p>hola</p>"}, {MIME_BASE64, true, "<p>\nhola\n</p>", "<p>\nhola\n</p>"},
	{MIME_BASE64, true, "Hola\n", "Hola\n"}, {MIME_BASE64, true, "Gracias", "Gracias"},
	{MIME_BASE64, true, "Hola\n\nEstas son\nlas novedades\n", "Hola\n\nEstas son\nlas novedades\n"},
	{MIME_BASE64, true, "a\xc3\xb1o\n", "a\xc3\xb1o\n"}, {MIME_BASE64, true, "https://example.com/a\n", "https://example.com/a\n"},
	/* a word that is base64, too, and a text when decoded */
	{MIME_BASE64, true, "bmlv\n", "nio"},
	/* a footer after base64, with and without padding or an empty line */
	{MIME_BASE64, true, "SG9sYSwg\n\nEste mensaje es confidencial.", "Hola, \nEste mensaje es confidencial."},
	{MIME_BASE64, true, "SG9sYQ==\n\nEste mensaje es confidencial.\n", "Hola\nEste mensaje es confidencial.\n"},
	{MIME_BASE64, true, "SG9sYQ==\nEste mensaje es confidencial.\n", "Hola\nEste mensaje es confidencial.\n"},
	{MIME_BASE64, true, "SG9sYSwg\nEste mensaje es confidencial.\n", "Hola, \nEste mensaje es confidencial.\n"},
	{MIME_BASE64, true, "SG9sYSwg\n\nSaludos\nEl equipo\n", "Hola, \nSaludos\nEl equipo\n"},
	{MIME_BASE64, true, "SG9sYQo=\n\nSaludos\n", "Hola\nSaludos\n"},
	{MIME_BASE64, true, "SG9sYQ==\nGracias\n", "Hola\nGracias\n"},
	{MIME_BASE64, true, "SG9sYQ==\n_____________\nlista\n", "Hola\n_____________\nlista\n"},
	{MIME_BASE64, true, "SG9sYQ==\r\n-- \r\nlista\r\n", "Hola\n-- \r\nlista\r\n"},
};

START_TEST(words_labelled_as_base64_are_copied)
{
	struct buf out = BUF_ZERO;
	size_t n = strlen(cases[_i].body);
	char *copy = malloc(n + !n); /* of exact size, for the sanitizer */
	memcpy(copy, cases[_i].body, n);
	struct mime_part part = {.type = cases[_i].text ? "text/html" : "image/png", .encoding = cases[_i].encoding, .end = n};
	ck_assert(buf_puts(&out, "before:") && transfer_decode(&part, copy, &out) && buf_putc(&out, 0));
	ck_assert_str_eq(out.s + strlen("before:"), cases[_i].out);
	buf_free(&out);
	free(copy);
}
END_TEST

START_TEST(time_is_linear)
{
	static char const *const lines[] = {"SG9sYQ==\n", "a", "\n", "hola\n", "Hola\n\n", " ", "ab=\n", "SG9sYSwg\n"};
	struct buf in = BUF_ZERO, out = BUF_ZERO;
	while (in.len < 4000000)
		must(buf_puts(&in, lines[_i]));
	struct mime_part part = {.type = "text/plain", .encoding = MIME_BASE64, .end = in.len};
	ck_assert(transfer_decode(&part, in.s, &out));
	ck_assert_uint_le(out.len, in.len);
	buf_free(&in);
	buf_free(&out);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("transfer");
	TCase *c = unit_case("transfer");
	tcase_add_loop_test(c, words_labelled_as_base64_are_copied, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(c, time_is_linear, 0, 8);
	suite_add_tcase(s, c);
	return s;
}
