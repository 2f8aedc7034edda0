/* Failed logins per address: which addresses share a count, for how long, and which address is
   forgotten. */
#include "accounts/failures.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct failures f;

static void set_up(void)
{
	memset(&f, 0, sizeof f);
	memcpy(f.key, "0123456789abcdef", sizeof f.key);
}

#define ID(ip) failures_id(&f, ip)

START_TEST(failures_count_for_ten_minutes_from_the_first)
{
	failures_add(&f, ID("192.0.2.1"), 5000);
	failures_add(&f, ID("192.0.2.1"), 6000);
	ck_assert_uint_eq(failures_count(&f, ID("192.0.2.1"), 6000), 2);
	ck_assert_uint_eq(failures_count(&f, ID("192.0.2.1"), 5000 + FAILURES_MS - 1), 2);
	ck_assert_uint_eq(failures_count(&f, ID("192.0.2.1"), 5000 + FAILURES_MS), 0);
	failures_add(&f, ID("192.0.2.1"), 5000 + FAILURES_MS);
	ck_assert_uint_eq(failures_count(&f, ID("192.0.2.1"), 5000 + FAILURES_MS), 1);
	ck_assert_uint_eq(failures_count(&f, ID("192.0.2.2"), 6000), 0);
}
END_TEST

START_TEST(an_attempt_that_succeeds_is_forgiven)
{
	failures_forgive(&f, ID("192.0.2.1"));
	failures_add(&f, ID("192.0.2.1"), 0);
	failures_add(&f, ID("192.0.2.1"), 0);
	failures_forgive(&f, ID("192.0.2.1"));
	ck_assert_uint_eq(failures_count(&f, ID("192.0.2.1"), 0), 1);
	for (int i = 0; i < 3; i++)
		failures_forgive(&f, ID("192.0.2.1"));
	ck_assert_uint_eq(failures_count(&f, ID("192.0.2.1"), 0), 0);
}
END_TEST

START_TEST(a_64_bit_prefix_of_ipv6_is_one_address)
{
	ck_assert_uint_eq(ID("2001:db8::1"), ID("2001:db8:0:0:ffff::2"));
	ck_assert_uint_ne(ID("2001:db8::1"), ID("2001:db8:0:1::1"));
	ck_assert_uint_eq(ID("::ffff:192.0.2.1"), ID("192.0.2.1"));
	ck_assert_uint_ne(ID("::ffff:192.0.2.1"), ID("::ffff:192.0.2.2"));
	ck_assert_uint_ne(ID("192.0.2.1"), ID("192.0.2.2"));
}
END_TEST

START_TEST(texts_that_are_not_an_address_share_one_count)
{
	ck_assert_uint_eq(ID(""), ID("unknown"));
	ck_assert_uint_eq(ID(""), ID("192.0.2.1 "));
	ck_assert_uint_ne(ID(""), ID("0.0.0.0"));
	ck_assert_uint_ne(ID(""), 0);
}
END_TEST

START_TEST(a_full_set_forgets_the_address_that_failed_first)
{
	uint64_t const set = 5;
	for (uint64_t i = 0; i < FAILURES_WAYS; i++)
		failures_add(&f, set + i * FAILURES_SETS, i);
	failures_add(&f, set, FAILURES_WAYS); /* a second failure does not make it younger */
	failures_add(&f, set + FAILURES_WAYS * FAILURES_SETS, FAILURES_WAYS);
	ck_assert_uint_eq(failures_count(&f, set, FAILURES_WAYS), 0);
	for (uint64_t i = 1; i <= FAILURES_WAYS; i++)
		ck_assert_uint_eq(failures_count(&f, set + i * FAILURES_SETS, FAILURES_WAYS), 1);
}
END_TEST

START_TEST(many_addresses_are_counted)
{
	char ip[32];
	unsigned int counted = 0;
	for (int i = 0; i < 4096; i++) {
		sprintf(ip, "10.0.%d.%d", i / 256, i % 256);
		failures_add(&f, ID(ip), (uint64_t)i);
	}
	for (int i = 0; i < 4096; i++) {
		sprintf(ip, "10.0.%d.%d", i / 256, i % 256);
		counted += failures_count(&f, ID(ip), 4096);
	}
	ck_assert_uint_gt(counted, 4000);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("failures");
	TCase *c = unit_case("failures");
	tcase_add_checked_fixture(c, set_up, NULL);
	tcase_add_test(c, failures_count_for_ten_minutes_from_the_first);
	tcase_add_test(c, an_attempt_that_succeeds_is_forgiven);
	tcase_add_test(c, a_64_bit_prefix_of_ipv6_is_one_address);
	tcase_add_test(c, texts_that_are_not_an_address_share_one_count);
	tcase_add_test(c, a_full_set_forgets_the_address_that_failed_first);
	tcase_add_test(c, many_addresses_are_counted);
	suite_add_tcase(s, c);
	return s;
}
