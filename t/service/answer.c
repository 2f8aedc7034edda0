/* The queue program's answer, written and read. */
#include "service/answer.h"

#include "unit.h"

#include <string.h>

#define ID "fa8896c2351f8b7e73ac3a3d209c6ac5"

static struct {
	int code;
	char const *line;
	enum verdict verdict;
	char const *text;
} const answers[] = {
	{0, "Kid=7 " ID, VERDICT_ACCEPTED, "id=7 " ID}, {0, "Rid=7 " ID, VERDICT_REPEAT, "id=7 " ID},
	{0, "K", VERDICT_ACCEPTED, ""}, {0, "R", VERDICT_REPEAT, ""}, {0, "", VERDICT_ACCEPTED, ""},
	{82, "Dfalta algo", VERDICT_PERMANENT, "falta algo"}, {82, "Zahora no", VERDICT_TEMPORARY, "ahora no"},
	{82, "D", VERDICT_PERMANENT, "mensaje rechazado"}, {82, "", VERDICT_TEMPORARY, ""}, {82, "Kid=7", VERDICT_TEMPORARY, ""},
	{11, "Dlarga", VERDICT_PERMANENT, "larga"}, {31, "", VERDICT_PERMANENT, "mensaje rechazado"},
	{40, "", VERDICT_PERMANENT, "mensaje rechazado"}, {10, "Dno", VERDICT_TEMPORARY, ""}, {41, "Dno", VERDICT_TEMPORARY, ""},
	{53, "", VERDICT_FULL, ""}, {53, "Zlleno", VERDICT_FULL, "lleno"}, {71, "", VERDICT_TEMPORARY, ""},
	{-1, "Kid=7", VERDICT_TEMPORARY, ""}, {-1, "", VERDICT_TEMPORARY, ""},
	/* a letter that contradicts the code */
	{0, "Dno", VERDICT_ACCEPTED, ""}, {0, "Zno", VERDICT_ACCEPTED, ""}, {31, "Zno", VERDICT_PERMANENT, "mensaje rechazado"},
	{31, "Rid=7", VERDICT_PERMANENT, "mensaje rechazado"}, {71, "Rid=7", VERDICT_TEMPORARY, ""},
	/* only the first line, and only printable ASCII */
	{82, "Duna\nlinea", VERDICT_PERMANENT, "una"}, {82, "Da\xf1\r\nb", VERDICT_PERMANENT, "a??"},
	{0, "Kid=7\n", VERDICT_ACCEPTED, "id=7"}, {82, "Da  ", VERDICT_PERMANENT, "a"},
};

START_TEST(an_answer_is_read)
{
	struct answer a;
	answer_read(&a, answers[_i].code, answers[_i].line, strlen(answers[_i].line));
	ck_assert_int_eq(a.verdict, answers[_i].verdict);
	ck_assert_str_eq(a.text, answers[_i].text);
}
END_TEST

START_TEST(a_text_ends_at_its_first_nul)
{
	struct answer a;
	answer_read(&a, 0, "Ka\0b", 4);
	ck_assert_str_eq(a.text, "a");
}
END_TEST

START_TEST(a_long_line_is_cut)
{
	struct answer a;
	char big[400], line[ANSWER_LINE];
	memset(big, 'x', sizeof big);
	big[0] = 'D';
	answer_read(&a, ANSWER_WRITTEN, big, sizeof big);
	ck_assert_uint_eq(strlen(a.text), ANSWER_LINE - 1);
	big[sizeof big - 1] = 0;
	ck_assert_uint_eq(answer_format(line, ANSWER_REFUSED, false, big), ANSWER_LINE);
}
END_TEST

static struct {
	int code;
	bool is_repeat;
	char const *text, *line;
} const lines[] = {
	{0, false, "id=7", "Kid=7"}, {0, true, "id=7", "Rid=7"}, {ANSWER_REFUSED, false, "no", "Dno"},
	{ANSWER_LONG, false, "a\n\xf1", "Da??"}, {ANSWER_LATER, false, "ahora no", "Zahora no"},
	{ANSWER_FORMAT, false, "", "Z"}, {ANSWER_LATER, true, "", "Z"},
};

START_TEST(an_answer_is_written_with_the_letter_of_its_code)
{
	char line[ANSWER_LINE];
	size_t n = answer_format(line, lines[_i].code, lines[_i].is_repeat, lines[_i].text);
	ck_assert_uint_eq(n, strlen(lines[_i].line));
	ck_assert_int_eq(memcmp(line, lines[_i].line, n), 0);
}
END_TEST

START_TEST(a_receipt_is_read_as_it_was_written)
{
	char text[ANSWER_RECEIPT];
	char const *id, *uuid;
	size_t id_n, uuid_n;
	answer_format_receipt(text, true, UINT64_MAX, ID);
	ck_assert_str_eq(text, "id=18446744073709551615 " ID);
	ck_assert(answer_read_receipt(text, &id, &id_n, &uuid, &uuid_n));
	ck_assert(id == text + 3 && id_n == 20 && uuid == text + 24 && uuid_n == 32);
	answer_format_receipt(text, false, UINT64_MAX, ID);
	ck_assert_str_eq(text, "contacts=18446744073709551615 " ID);
	ck_assert(answer_read_receipt(text, &id, &id_n, &uuid, &uuid_n));
	ck_assert(!id && id_n == 0 && uuid_n == 32);
	ck_assert(!answer_read_receipt("", &id, &id_n, &uuid, &uuid_n));
	ck_assert(!answer_read_receipt("id=7", &id, &id_n, &uuid, &uuid_n));
	ck_assert(!answer_read_receipt("queued as 7", &id, &id_n, &uuid, &uuid_n));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("answer");
	TCase *c = unit_case("answer");
	tcase_add_loop_test(c, an_answer_is_read, 0, sizeof answers / sizeof *answers);
	tcase_add_test(c, a_text_ends_at_its_first_nul);
	tcase_add_test(c, a_long_line_is_cut);
	tcase_add_loop_test(c, an_answer_is_written_with_the_letter_of_its_code, 0, sizeof lines / sizeof *lines);
	tcase_add_test(c, a_receipt_is_read_as_it_was_written);
	suite_add_tcase(s, c);
	return s;
}
