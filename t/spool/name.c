/* The key in a file name. */
#include "base/uuid.h"
#include "spool/name.h"
#include "unit.h"

#include <string.h>

#define ID "fa8896c2351f8b7e73ac3a3d209c6ac5"
#define KEY "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"

static struct {
	char const *name;
	size_t n;
} const names[] = {
	{KEY, 64}, {ID, 32}, {KEY ":2,S", 64}, {ID ":2,", 32}, {KEY ",S=12:2,RS", 64}, {KEY ".reason", 64},
	{KEY ".1", 64}, {"", 0}, {"x", 0}, {KEY "0", 0}, {KEY "x", 0}, {ID "g", 0}, {"FA8896c2351f8b7e73ac3a3d209c6ac5", 0},
	{"1234567890.M1P2.host", 0}, {"fa8896c2351f8b7e73ac3a3d209c6ac", 0},
};

START_TEST(key_of_a_name_has_64_or_32_digits_or_none)
{
	char key[SPOOL_KEY];
	ck_assert_uint_eq(spool_key_length(names[_i].name), names[_i].n);
	if (!names[_i].n)
		return;
	spool_key_of(key, names[_i].name);
	ck_assert_uint_eq(strlen(key), names[_i].n);
	ck_assert_int_eq(strncmp(key, names[_i].name, names[_i].n), 0);
}
END_TEST

START_TEST(fresh_uuids_differ_and_are_keys)
{
	char a[UUID_HEX], b[UUID_HEX];
	uuid_fresh(a);
	uuid_fresh(b);
	ck_assert_str_ne(a, b);
	ck_assert_uint_eq(spool_key_length(a), 32);
	ck_assert_int_eq(a[12], '4'); /* RFC 9562 5.4: the version */
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("name");
	TCase *c = unit_case("name");
	tcase_add_loop_test(c, key_of_a_name_has_64_or_32_digits_or_none, 0, sizeof names / sizeof *names);
	tcase_add_test(c, fresh_uuids_differ_and_are_keys);
	suite_add_tcase(s, c);
	return s;
}
