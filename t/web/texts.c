/* The texts of both languages, and the choice between them. */
#include "web/texts.h"
#include "unit.h"

#include <string.h>

START_TEST(every_text_is_there_in_both_languages)
{
	for (size_t i = 0; i < WEB_TEXTS; i++)
		for (int l = 0; l < WEB_LANGUAGES; l++)
			ck_assert_msg(web_texts[i][l] && *web_texts[i][l], "text %zu of language %d", i, l);
	for (size_t i = 0; i < 12; i++)
		ck_assert(strlen(web_months[i][WEB_SPANISH]) == 3 && strlen(web_months[i][WEB_ENGLISH]) == 3);
}
END_TEST

START_TEST(a_language_is_chosen_by_its_weight)
{
	static struct {
		char const *accepted;
		enum web_language language;
	} const cases[] = {
		{"", WEB_SPANISH}, {"*", WEB_SPANISH}, {"en", WEB_ENGLISH}, {"es", WEB_SPANISH}, {"en-GB,en;q=0.9", WEB_ENGLISH},
		{"de,en;q=0.5", WEB_ENGLISH}, {"en;q=0.5,es;q=0.6", WEB_SPANISH}, {"es;q=0.5, en;q=0.6", WEB_ENGLISH}, {"es,en", WEB_SPANISH},
		{"en,es", WEB_ENGLISH}, {"en;q=0", WEB_SPANISH}, {"eng", WEB_SPANISH}, {"EN-us", WEB_ENGLISH}, {"fr;q=1,en;q=0.001", WEB_ENGLISH},
		{",,;q=,en;", WEB_ENGLISH}, {"en;q=9999999999999", WEB_ENGLISH},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(web_language(cases[i].accepted) == cases[i].language, "%s", cases[i].accepted);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("texts");
	TCase *c = unit_case("texts");
	tcase_add_test(c, every_text_is_there_in_both_languages);
	tcase_add_test(c, a_language_is_chosen_by_its_weight);
	suite_add_tcase(s, c);
	return s;
}
