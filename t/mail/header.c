/* Header blocks: where they end, their fields, and unfolding. */
#include "mail/header.h"
#include "unit.h"

#include <string.h>

static struct {
	char const *in;
	size_t end, body;
} const blocks[] = {
	{"", 0, 0}, {"\n", 0, 1}, {"\r\n", 0, 2}, {"a: b", 4, 4}, {"a: b\n", 5, 5},
	{"a: b\n\nc", 5, 6}, {"a: b\r\n\r\nc", 6, 8}, {"a: b\r\n\nc\n\n", 6, 7},
	{"a: b\nsin dos puntos\n\nc", 20, 21}, {"hola\n\nb", 0, 0}, {"From a\n\nb", 0, 0}, {"From a@b\n\nb", 9, 10}, {" a\n\nb", 3, 4},
	{"a: b\n \n\nc", 7, 8}, {"a: b\n\r", 6, 6},
};

START_TEST(a_header_ends_at_its_empty_line)
{
	size_t body = 99;
	ck_assert_uint_eq(header_end(blocks[_i].in, strlen(blocks[_i].in), &body), blocks[_i].end);
	ck_assert_uint_eq(body, blocks[_i].body);
}
END_TEST

static struct {
	char const *in, *name, *value; /* NULL: no such field */
} const fields[] = {
	{"a: b\n", "a", "b"}, {"A: b\n", "a", "b"}, {"a: b", "A", "b"}, {"a:b\r\n", "a", "b"},
	{"a : b\n", "a", "b"}, {"a\t:\tb \t\n", "a", "b"}, {"a:\n", "a", ""}, {"a: \r\n", "a", ""},
	{"a: b\n c\n", "a", "b c"}, {"a: b\r\n\t c \r\n", "a", "b\t c"}, {"a:\n b\n", "a", "b"},
	{"a: b\nc\nd: e\n", "a", "b c"}, {"a: b\r\nc\r\n", "a", "b c"}, {"a:\nb\n", "a", "b"},
	{"a: b\n \n c\n", "a", "b  c"}, {"a: 1\na: 2\n", "a", "1"}, {"ab: 1\na: 2\n", "a", "2"},
	{"a: 1\nab: 2\n", "ab", "2"}, {"a: b: c\n", "a", "b: c"}, {"\na: b\n", "a", NULL},
	{"x y: 1\na: 2\n", "x", NULL}, {"x y: 1\na: 2\n", "a", "2"}, {": 1\na: 2\n", "a", "2"},
	{": 1\n", "", NULL}, {" b: c\na: d\n", "a", "d"}, {" b: c\n", "b", NULL},
	{"From a@b Thu Sep 12 13:59\na: b\n", "a", "b"}, {"\xc3\xb1: 1\na: 2\n", "a", "2"},
	{"From a@b\na: b\n", "a", "b"},
	{"", "a", NULL}, {"a", "a", NULL}, {"a: b\r\r\n", "a", "b"},
};

START_TEST(the_first_field_of_a_name_is_found)
{
	struct buf value = BUF_ZERO;
	int found = header_find(fields[_i].in, strlen(fields[_i].in), fields[_i].name, &value);
	ck_assert_int_eq(found, fields[_i].value != NULL);
	if (found) {
		ck_assert_str_eq(value.s, fields[_i].value);
		ck_assert_uint_eq(value.len, strlen(value.s));
	}
	buf_free(&value);
}
END_TEST

START_TEST(nuls_are_dropped_from_a_value)
{
	struct buf value = BUF_ZERO;
	ck_assert_int_eq(header_find("a: \0b\0c\0\n", 9, "a", &value), 1);
	ck_assert_str_eq(value.s, "bc");
	ck_assert_uint_eq(value.len, 2);
	ck_assert_int_eq(header_find("a: \0\n", 5, "a", &value), 1);
	ck_assert_uint_eq(value.len, 0);
	buf_free(&value);
}
END_TEST

START_TEST(header_next_steps_through_the_fields)
{
	static char const block[] = "a: 1\n b\nmal nombre: 2\nc :3\r\nd\n\ne: 4\n";
	static char const *const names[] = {"a", "", "c"};
	static char const *const values[] = {" 1\n b\n", " 2\n", "3\r\nd\n"};
	struct header_field f;
	size_t at = 0, i = 0;
	while (header_next(block, sizeof block - 1, &at, &f)) {
		ck_assert_uint_lt(i, 3);
		ck_assert_uint_eq(f.name_len, strlen(names[i]));
		ck_assert_int_eq(memcmp(f.name, names[i], f.name_len), 0);
		ck_assert_uint_eq(f.value_len, strlen(values[i]));
		ck_assert_int_eq(memcmp(f.value, values[i], f.value_len), 0);
		i++;
	}
	ck_assert_uint_eq(i, 3);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("header");
	TCase *c = unit_case("header");
	tcase_add_loop_test(c, a_header_ends_at_its_empty_line, 0, sizeof blocks / sizeof *blocks);
	tcase_add_loop_test(c, the_first_field_of_a_name_is_found, 0, sizeof fields / sizeof *fields);
	tcase_add_test(c, nuls_are_dropped_from_a_value);
	tcase_add_test(c, header_next_steps_through_the_fields);
	suite_add_tcase(s, c);
	return s;
}
