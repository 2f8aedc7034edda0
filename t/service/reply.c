/* The texts of replies and refusals. */
#include "service/reply.h"

#include "unit.h"

#include <string.h>

static bool is_print(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	return true;
}

START_TEST(a_reply_fits_a_line_whatever_its_words)
{
	char big[2000], line[REPLY_LINE];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = 0;
	struct reply_words words = {.host = big, .brand = big, .url = big, .date = big, .size = big, .word = big};
	for (enum reply r = 0; r < REPLIES; r++) {
		size_t n = reply_format(line, r, &words, true);
		ck_assert_uint_le(n, REPLY_LINE);
		ck_assert_int_eq(memcmp(line + n - 2, "\r\n", 2), 0);
		ck_assert(is_print(line, n - 2));
		ck_assert_int_ge(reply_code(r), 211);
		ck_assert_int_le(reply_code(r), 555);
	}
}
END_TEST

START_TEST(a_reply_is_one_ascii_line_whatever_its_words)
{
	char line[REPLY_LINE];
	struct reply_words words = {.host = "h", .brand = "b", .word = "a\r\n250 b\xc3\xb1\x7f%h"};
	size_t n = reply_format(line, REPLY_HELO, &words, false);
	ck_assert_int_eq(strncmp(line, "250-h ESMTP API b. Hola a??250 b???%h!\r\n", n), 0);
}
END_TEST

START_TEST(every_refusal_has_a_text_that_fits)
{
	char big[2000], text[REFUSAL_TEXT];
	memset(big, '\n', sizeof big - 1);
	big[sizeof big - 1] = 0;
	for (enum refusal r = 0; r < REFUSALS; r++) {
		refusal_format(text, r, NULL, UINT64_MAX, UINT64_MAX);
		ck_assert_uint_ge(strlen(text), 10);
		ck_assert_uint_le(strlen(text), 200); /* room for an address */
		ck_assert(is_print(text, strlen(text)));
		ck_assert_ptr_null(strchr(text, '%'));
		refusal_format(text, r, big, 0, 0);
		ck_assert_uint_lt(strlen(text), REFUSAL_TEXT);
		ck_assert(is_print(text, strlen(text)));
	}
}
END_TEST

static struct {
	enum refusal refusal;
	char const *word, *text;
} const refusals[] = {
	{REFUSAL_CONTACTS, NULL, "exceso de contactos: 3 de 2 permitidos"},
	{REFUSAL_CREDIT, NULL, "envios insuficientes: quedan 3, hacen falta 2"},
	{REFUSAL_SIZE, NULL, "mensaje demasiado grande: como maximo 3 octetos"},
	{REFUSAL_RECIPIENT, "a b@x%a", "destinatario no valido: a b@x%a"},
	{REFUSAL_SENDER, NULL, "remitente no valido: "},
};

START_TEST(a_refusal_has_its_numbers_and_its_word)
{
	char text[REFUSAL_TEXT];
	refusal_format(text, refusals[_i].refusal, refusals[_i].word, 3, 2);
	ck_assert_str_eq(text, refusals[_i].text);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("reply");
	TCase *c = unit_case("reply");
	tcase_add_test(c, a_reply_fits_a_line_whatever_its_words);
	tcase_add_test(c, a_reply_is_one_ascii_line_whatever_its_words);
	tcase_add_test(c, every_refusal_has_a_text_that_fits);
	tcase_add_loop_test(c, a_refusal_has_its_numbers_and_its_word, 0, sizeof refusals / sizeof *refusals);
	suite_add_tcase(s, c);
	return s;
}
