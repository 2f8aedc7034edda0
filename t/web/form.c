/* Forms: urlencoded and multipart, as browsers, curl and mail providers send them. */
#include "web/form.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct form form;
static char *body;

static enum form_fault read_body(char const *type, char const *s, size_t n)
{
	form.count = 0;
	free(body);
	body = malloc(n + 1);
	memcpy(body, s, n);
	body[n] = 'x';
	return form_read_body(&form, type, body, n);
}

#define URLENCODED "application/x-www-form-urlencoded"

START_TEST(urlencoded_is_decoded)
{
	static char const s[] = "a=1&b=dos+tres%26%3d&&c&=d&e=%&f=%4&g=%zz&h=%C3%B1&a=2&i=a=b";
	ck_assert_int_eq(read_body(URLENCODED "; charset=UTF-8", s, sizeof s - 1), FORM_OK);
	ck_assert_uint_eq(form.count, 10);
	ck_assert_str_eq(form_value(&form, "a"), "1");
	ck_assert_str_eq(form_value(&form, "b"), "dos tres&=");
	ck_assert_str_eq(form_value(&form, "c"), "");
	ck_assert_str_eq(form_value(&form, ""), "d");
	ck_assert_str_eq(form_value(&form, "e"), "%");
	ck_assert_str_eq(form_value(&form, "f"), "%4");
	ck_assert_str_eq(form_value(&form, "g"), "%zz");
	ck_assert_str_eq(form_value(&form, "h"), "\xc3\xb1");
	ck_assert_str_eq(form_value(&form, "i"), "a=b");
	ck_assert_ptr_eq(form_value(&form, "j"), NULL);
	ck_assert_uint_eq(form_number(&form, "a"), 1);
	ck_assert_uint_eq(form_number(&form, "g"), 0);
	ck_assert_uint_eq(form_number(&form, "j"), 0);
}
END_TEST

START_TEST(nul_is_refused)
{
	ck_assert_int_eq(read_body(URLENCODED, "a=%00", 5), FORM_SYNTAX);
	ck_assert_int_eq(read_body(URLENCODED, "a\0=1", 4), FORM_SYNTAX);
	static char const part[] = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\0y\r\n--b--\r\n";
	ck_assert_int_eq(read_body("multipart/form-data; boundary=b", part, sizeof part - 1), FORM_SYNTAX);
}
END_TEST

START_TEST(ten_thousand_fields_are_refused)
{
	char s[20000];
	for (size_t i = 0; i < sizeof s; i += 2)
		memcpy(s + i, "a&", 2);
	ck_assert_int_eq(read_body(URLENCODED, s, sizeof s), FORM_TOO_MANY);
	ck_assert_int_eq(read_body(URLENCODED, s, 2 * FORM_FIELDS), FORM_OK);
}
END_TEST

START_TEST(multipart_is_read)
{
	static char const s[] = "preamble\r\n--a-b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n"
		"--a-b\r\ncontent-disposition: form-data; name=\"html\"; filename=\"x\"\r\nContent-Type: text/html\r\n\r\n<p>\r\n--a-bc no\r\n\r\n"
		"--a-b\nContent-Disposition: form-data; name=e\n\n\n--a-b--\r\nepilogue";
	ck_assert_int_eq(read_body("Multipart/Form-Data; boundary=\"a-b\"", s, sizeof s - 1), FORM_OK);
	ck_assert_uint_eq(form.count, 3);
	ck_assert_str_eq(form_value(&form, "List-Unsubscribe"), "One-Click");
	ck_assert_str_eq(form_value(&form, "html"), "<p>\r\n--a-bc no\r\n");
	ck_assert_str_eq(form_value(&form, "e"), "");
}
END_TEST

START_TEST(malformed_multipart_is_refused)
{
	static char const *const bodies[] = {"", "--b", "--b\r\n", "--b\r\n\r\n--b--", "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
		"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx", "--b\r\n--b--", "x"};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		ck_assert_msg(read_body("multipart/form-data; boundary=b", bodies[i], strlen(bodies[i])) == FORM_SYNTAX, "%s", bodies[i]);
	ck_assert_int_eq(read_body("multipart/form-data", "--b--", 5), FORM_TYPE);
	ck_assert_int_eq(read_body("text/plain", "a=1", 3), FORM_TYPE);
	ck_assert_int_eq(read_body("", "a=1", 3), FORM_TYPE);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("form");
	TCase *c = unit_case("form");
	tcase_add_test(c, urlencoded_is_decoded);
	tcase_add_test(c, nul_is_refused);
	tcase_add_test(c, ten_thousand_fields_are_refused);
	tcase_add_test(c, multipart_is_read);
	tcase_add_test(c, malformed_multipart_is_refused);
	suite_add_tcase(s, c);
	return s;
}
