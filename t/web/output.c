/* Lists and records in the four modes. */
#include "web/output.h"
#include "unit.h"

#include <string.h>

static struct output_column const columns[] = {{"id", true}, {"name", false}};

/* The body of a list, or a record, of rows: id, name; NULL ends them. */
static char const *body_of(enum output_mode mode, enum output_shape shape, char const *const rows[][2])
{
	static struct response r;
	struct output o;
	response_start(&r, "200 OK", "text/plain");
	output_begin(&o, mode, &r, shape, columns, shape == OUTPUT_NUMBERS ? 1 : 2);
	for (; rows[0][0]; rows++)
		output_row(&o, rows[0], (size_t const[]){strlen(rows[0][0]), rows[0][1] ? strlen(rows[0][1]) : 0});
	output_end(&o);
	response_put(&r, "", 1);
	ck_assert(!r.no_memory);
	return r.body.s;
}

#define ROWS(...) ((char const *const[][2]){__VA_ARGS__, {NULL, NULL}})

START_TEST(json_is_a_list_of_objects_or_an_object)
{
	ck_assert_str_eq(body_of(OUTPUT_JSON, OUTPUT_LIST, ROWS({"1", "a\"\\\n\x01"}, {"1099511627777", NULL})),
		"[{\"id\":1,\"name\":\"a\\\"\\\\\\n\\u0001\"},{\"id\":1099511627777,\"name\":null}]");
	ck_assert_str_eq(body_of(OUTPUT_JSON, OUTPUT_RECORD, ROWS({"1", "a"})), "{\"id\":1,\"name\":\"a\"}");
	ck_assert_str_eq(body_of(OUTPUT_JSON, OUTPUT_NUMBERS, ROWS({"2", ""}, {"1", ""})), "[2,1]");
	ck_assert_str_eq(body_of(OUTPUT_JSON, OUTPUT_LIST, ROWS({NULL, NULL})), "[]");
}
END_TEST

START_TEST(xml_is_exact)
{
	ck_assert_str_eq(body_of(OUTPUT_XML, OUTPUT_LIST, ROWS({"1", "<a&b>\r\n]]>"})),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<data>\n<item><id>1</id><name>&lt;a&amp;b&gt;&#13;\n]]&gt;</name></item>\n</data>\n");
	ck_assert_str_eq(body_of(OUTPUT_XML, OUTPUT_RECORD, ROWS({"1", "\x01"})),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<data>\n<id>1</id><name encoding=\"base64\">AQ==</name>\n</data>\n");
	ck_assert_ptr_nonnull(strstr(body_of(OUTPUT_XML, OUTPUT_RECORD, ROWS({"1", "\xef\xbf\xbf"})), "encoding=\"base64\">77+/<"));
}
END_TEST

START_TEST(csv_is_exact)
{
	ck_assert_str_eq(body_of(OUTPUT_CSV, OUTPUT_LIST, ROWS({"1", "a,\"b\""}, {"2", "=1+1"}, {"3", " a"}, {"4", "a\nb"}, {"5", NULL})),
		"id,name\r\n1,\"a,\"\"b\"\"\"\r\n2,=1+1\r\n3,\" a\"\r\n4,\"a\nb\"\r\n5,\r\n");
}
END_TEST

START_TEST(plain_has_lines_without_the_last_line_end)
{
	ck_assert_str_eq(body_of(OUTPUT_PLAIN, OUTPUT_LIST, ROWS({"1", "a\tb\nc"}, {"2", ""})), "1\ta b c\n2\t");
	ck_assert_str_eq(body_of(OUTPUT_PLAIN, OUTPUT_RECORD, ROWS({"1", "a"})), "id\t1\nname\ta");
	ck_assert_str_eq(body_of(OUTPUT_PLAIN, OUTPUT_NUMBERS, ROWS({"2", ""}, {"1", ""})), "2\n1");
}
END_TEST

START_TEST(invalid_utf8_is_replaced)
{
	ck_assert_str_eq(body_of(OUTPUT_JSON, OUTPUT_RECORD, ROWS({"1", "a\xff""b"})), "{\"id\":1,\"name\":\"a\xef\xbf\xbd" "b\"}");
	ck_assert_str_eq(body_of(OUTPUT_CSV, OUTPUT_LIST, ROWS({"1", "\xc3"})), "id,name\r\n1,\xef\xbf\xbd\r\n");
}
END_TEST

START_TEST(modes_are_found_in_any_case)
{
	enum output_mode mode;
	ck_assert(output_mode_find(&mode, "PLAIN") && mode == OUTPUT_PLAIN);
	ck_assert(output_mode_find(&mode, "Xml") && mode == OUTPUT_XML);
	ck_assert(!output_mode_find(&mode, "yaml"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("output");
	TCase *t = tcase_create("modes");
	tcase_add_test(t, json_is_a_list_of_objects_or_an_object);
	tcase_add_test(t, xml_is_exact);
	tcase_add_test(t, csv_is_exact);
	tcase_add_test(t, plain_has_lines_without_the_last_line_end);
	tcase_add_test(t, invalid_utf8_is_replaced);
	tcase_add_test(t, modes_are_found_in_any_case);
	suite_add_tcase(s, t);
	return s;
}
