/* Addresses: the paths of MAIL and RCPT, the limits, the normal form. */
#include "mail/address.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static enum address_fault path(char const *s, bool utf8, char *out)
{
	size_t at = 0, len = 0, used = 0;
	enum address_fault fault = address_path(s, strlen(s), utf8, &at, &len, &used);
	out[0] = 0;
	if (fault == ADDRESS_OK) {
		memcpy(out, s + at, len);
		out[len] = 0;
		strcat(strcat(out, "|"), s + used);
	}
	return fault;
}

static struct {
	char const *in;
	bool utf8;
	enum address_fault fault;
	char const *out; /* the address, a bar, the rest of the line */
} const paths[] = {
	{"<a@b.es>", false, ADDRESS_OK, "a@b.es|"},
	{"  <a@b.es> SIZE=7", false, ADDRESS_OK, "a@b.es| SIZE=7"},
	{"a@b.es SIZE=7", false, ADDRESS_OK, "a@b.es| SIZE=7"},
	{"<@x.es,@y.es:a@b.es>", false, ADDRESS_OK, "a@b.es|"},
	{"< a@b.es >", false, ADDRESS_OK, "a@b.es|"},
	{"<\"a b>@\"@b.es>X", false, ADDRESS_OK, "\"a b>@\"@b.es|X"},
	{"<a..b.@b.es>", false, ADDRESS_OK, "a..b.@b.es|"},
	{"<a@[192.0.2.1]>", false, ADDRESS_OK, "a@[192.0.2.1]|"},
	{"<a@[IPv6:2001:db8::1]>", false, ADDRESS_OK, "a@[IPv6:2001:db8::1]|"},
	{"<ñ@ñandú.es>", true, ADDRESS_OK, "ñ@ñandú.es|"},
	{"<ñ@b.es>", false, ADDRESS_8BIT, ""},
	{"<a@\xf1.es>", true, ADDRESS_8BIT, ""},
	{"<>", false, ADDRESS_EMPTY, ""},
	{"", false, ADDRESS_EMPTY, ""},
	{"<a@b.es", false, ADDRESS_SYNTAX, ""},
	{"<a>", false, ADDRESS_SYNTAX, ""},
	{"<@b.es>", false, ADDRESS_SYNTAX, ""},
	{"<a@>", false, ADDRESS_SYNTAX, ""},
	{"<a@b@c.es>", false, ADDRESS_SYNTAX, ""},
	{"<a@b..es>", false, ADDRESS_SYNTAX, ""},
	{"<a@.es>", false, ADDRESS_SYNTAX, ""},
	{"<a@es.>", false, ADDRESS_SYNTAX, ""},
	{"<a@-b.es>", false, ADDRESS_SYNTAX, ""},
	{"<a@b-.es>", false, ADDRESS_SYNTAX, ""},
	{"<a b@c.es>", false, ADDRESS_SYNTAX, ""},
	{"<a@b.es;rm>", false, ADDRESS_SYNTAX, ""},
	{"<\"a@b.es>", false, ADDRESS_SYNTAX, ""},
	{"<\"a\rb\"@b.es>", false, ADDRESS_SYNTAX, ""},
	{"<@x.es:>", false, ADDRESS_EMPTY, ""},
};

START_TEST(a_path_is_read_as_clients_write_it)
{
	char out[1000];
	enum address_fault fault = path(paths[_i].in, paths[_i].utf8, out);
	ck_assert_msg(fault == paths[_i].fault, "%s: %d", paths[_i].in, (int)fault);
	ck_assert_str_eq(out, paths[_i].out);
}
END_TEST

static enum address_fault sized(size_t local, size_t all)
{
	char s[400];
	memset(s, 'a', sizeof s);
	for (size_t i = local + 20; i < all; i += 40)
		s[i] = '.';
	s[local] = '@';
	s[all - 1] = 'a';
	return address_check(s, all, false);
}

START_TEST(an_address_has_64_and_254_octets_at_most)
{
	ck_assert_int_eq(sized(64, 254), ADDRESS_OK);
	ck_assert_int_eq(sized(65, 254), ADDRESS_LONG);
	ck_assert_int_eq(sized(64, 255), ADDRESS_LONG);
}
END_TEST

START_TEST(an_address_with_a_nul_is_refused)
{
	ck_assert_int_eq(address_check("a\0@b.es", 7, false), ADDRESS_SYNTAX);
	ck_assert_int_eq(address_check("a@b\0.es", 7, false), ADDRESS_SYNTAX);
	ck_assert_int_eq(address_check("a@[1\0]", 6, false), ADDRESS_SYNTAX);
}
END_TEST

/* out NULL: too long when normalized. */
static struct {
	char const *in, *out;
} const forms[] = {
	{"ana@b.es", "ana@b.es"}, {"ANA@B.es", "ana@b.es"}, {"\"ana\"@b.es", "ana@b.es"}, {"\"an\\a\"@b.es", "ana@b.es"},
	{"\"an\\A\"@b.es", "ana@b.es"}, {"\"a b\"@b.es", "\"a b\"@b.es"}, {"\"a\\ b\"@b.es", "\"a b\"@b.es"},
	{"\"a\\\"b\"@b.es", "\"a\\\"b\"@b.es"}, {"\"a\\\\b\"@b.es", "\"a\\\\b\"@b.es"}, {"\"a@b\"@b.es", "\"a@b\"@b.es"},
	{"\"a\\@b\"@b.es", "\"a@b\"@b.es"}, {"\"\"@b.es", "\"\"@b.es"}, {"\"a.b\"@b.es", "a.b@b.es"},
	{"\"a..b.\"@b.es", "a..b.@b.es"}, {"a..b.@b.es", "a..b.@b.es"}, {"\"a,b\"@b.es", "\"a,b\"@b.es"},
	{"\"jos\xc3\xa9\"@b.es", "jos\xc3\xa9@b.es"}, {"a@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]"},
	{"a@\xc3\xb1" "and\xc3\xba.es", "a@xn--and-6ma2c.es"}, {"a@XN--and-6ma2C.es", "a@xn--and-6ma2c.es"},
	{"a@\xc3\x91" "AND\xc3\x9a.ES", "a@xn--and-6ma2c.es"}, {"a@b\xc3\xbc" "cher.example", "a@xn--bcher-kva.example"},
	{"a@x.m\xc3\xbcnchen.x", "a@x.xn--mnchen-3ya.x"}, {"a@\xe4\xbe\x8b\xe5\xad\x90.\xe6\xb5\x8b\xe8\xaf\x95", "a@xn--fsqu00a.xn--0zwm56d"},
	{"a@\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.\xd1\x80\xd1\x84", "a@xn--e1afmkfd.xn--p1ai"},
	{"a@fa\xc3\x9f.de", "a@xn--fa-hia.de"}, {"a@\xf0\x9f\x92\xa9.la", "a@xn--ls8h.la"},
	{"a@\xc3\xb1" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.es", NULL},
};

START_TEST(equivalent_addresses_become_equal)
{
	char out[ADDRESS_MAX];
	size_t len;
	char const *in = forms[_i].in;
	ck_assert_int_eq(address_check(in, strlen(in), true), ADDRESS_OK);
	ck_assert_int_eq(address_normalize(in, strlen(in), out, &len), forms[_i].out != NULL);
	if (!forms[_i].out)
		return;
	ck_assert_uint_eq(len, strlen(forms[_i].out));
	ck_assert_mem_eq(out, forms[_i].out, len);
}
END_TEST

START_TEST(an_address_with_invisible_characters_is_refused)
{
	static char const *const no[] = {
		"\xc2\x85", "\xc2\x80", "\xc2\x9f", "\xe2\x80\xae", "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x81\xa6", "\xef\xbb\xbf",
		"\xc2\xad", "\xd8\x9c", "\xe2\x81\xa0", "\xf3\xa0\x80\xa1",
	}, *const yes[] = {"\xc2\xa1", "\xc3\xb1", "\xd7\x90", "\xe4\xbe\x8b", "\xf0\x9f\x92\xa9"};
	for (size_t i = 0; i < sizeof no / sizeof *no + sizeof yes / sizeof *yes; i++) {
		bool good = i >= sizeof no / sizeof *no;
		char const *c = good ? yes[i - sizeof no / sizeof *no] : no[i];
		char local[40], quoted[40], domain[40];
		snprintf(local, sizeof local, "a%sb@c.es", c);
		snprintf(quoted, sizeof quoted, "\"a%sb\"@c.es", c);
		snprintf(domain, sizeof domain, "a@b%sc.es", c);
		ck_assert_int_eq(address_check(local, strlen(local), true), good ? ADDRESS_OK : ADDRESS_SYNTAX);
		ck_assert_int_eq(address_check(quoted, strlen(quoted), true), good ? ADDRESS_OK : ADDRESS_SYNTAX);
		ck_assert_int_eq(address_check(domain, strlen(domain), true), good ? ADDRESS_OK : ADDRESS_SYNTAX);
	}
}
END_TEST

START_TEST(a_login_is_split_at_its_last_dot)
{
	ck_assert_uint_eq(address_login_plan("victor.acme", 11), 7);
	ck_assert_uint_eq(address_login_plan("a.b.acme", 8), 4);
	ck_assert_uint_eq(address_login_plan("acme", 4), 0);
	ck_assert_uint_eq(address_login_plan(".acme", 5), 0);
	ck_assert_uint_eq(address_login_plan("victor.", 7), 0);
	ck_assert_uint_eq(address_login_plan("victor.Acme", 11), 0);
	ck_assert_uint_eq(address_login_plan("victor./etc", 11), 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("address");
	TCase *c = unit_case("address");
	tcase_add_loop_test(c, a_path_is_read_as_clients_write_it, 0, sizeof paths / sizeof *paths);
	tcase_add_test(c, an_address_has_64_and_254_octets_at_most);
	tcase_add_test(c, an_address_with_a_nul_is_refused);
	tcase_add_loop_test(c, equivalent_addresses_become_equal, 0, sizeof forms / sizeof *forms);
	tcase_add_test(c, an_address_with_invisible_characters_is_refused);
	tcase_add_test(c, a_login_is_split_at_its_last_dot);
	suite_add_tcase(s, c);
	return s;
}
