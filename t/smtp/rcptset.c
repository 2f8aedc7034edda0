/* The set of recipients. */
#include "smtp/rcptset.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

static unsigned char const key[SIPHASH_KEY] = "0123456789abcdef";

/* More than the table has room for after it has grown three times. */
#define MANY 70000

START_TEST(a_recipient_is_kept_once)
{
	struct rcptset set;
	char a[40];
	size_t n;
	rcptset_init(&set, key);
	for (int round = 0; round < 3; round++) {
		unsigned many = round == 1 ? MANY : 10;
		ck_assert(rcptset_begin(&set, "r@d", 3));
		for (unsigned i = 0; i < many; i++) {
			snprintf(a, sizeof a, "a%u@b", i);
			ck_assert_int_eq(rcptset_add(&set, a, strlen(a), many, 1 << 20), RCPTSET_ADDED);
			snprintf(a, sizeof a, "a%u@b", i / 2);
			ck_assert_int_eq(rcptset_add(&set, a, strlen(a), many, 1 << 20), RCPTSET_THERE);
		}
		ck_assert_int_eq(rcptset_add(&set, "z@b", 3, many, 1 << 20), RCPTSET_FULL);
		ck_assert_uint_eq(set.count, many);
		char const *e = rcptset_envelope(&set, &n);
		ck_assert_int_eq(memcmp(e, "Fr@d\0Ta0@b\0Ta1@b", 17), 0);
		ck_assert(n > 2 && e[n - 1] == 0 && e[n - 2] == 0 && e[n - 3] == 'b');
	}
	rcptset_free(&set);
}
END_TEST

START_TEST(a_new_transaction_gives_back_the_memory_of_a_large_one)
{
	struct rcptset set;
	char a[40];
	rcptset_init(&set, key);
	ck_assert(rcptset_begin(&set, "r@d", 3));
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(a, sizeof a, "a%u@b", i);
		ck_assert_int_eq(rcptset_add(&set, a, strlen(a), 10000, 1 << 20), RCPTSET_ADDED);
	}
	ck_assert(rcptset_begin(&set, "r@d", 3));
	ck_assert_ptr_eq(set.slots, set.first);
	ck_assert_ptr_eq(set.envelope.s, set.text);
	rcptset_free(&set);
}
END_TEST

START_TEST(an_envelope_of_any_size_is_whole)
{
	struct rcptset set;
	char sender[RCPTSET_TEXT + 10], a[20], wanted[16384];
	memset(sender, 's', sizeof sender);
	rcptset_init(&set, key);
	for (size_t size = 1; size <= sizeof sender; size++) {
		ck_assert(rcptset_begin(&set, sender, size));
		size_t at = size + 2, n;
		wanted[0] = 'F';
		memset(wanted + 1, 's', size);
		wanted[size + 1] = 0;
		for (unsigned i = 0; i < 300; i++) {
			snprintf(a, sizeof a, "a%u@b", i);
			ck_assert_int_eq(rcptset_add(&set, a, strlen(a), 1000, 1 << 20), RCPTSET_ADDED);
			at += (size_t)sprintf(wanted + at, "T%s", a) + 1;
			if (i > 2 && i < 250)
				continue;
			wanted[at] = 0;
			char const *e = rcptset_envelope(&set, &n);
			ck_assert_uint_eq(n, at + 1);
			ck_assert_mem_eq(e, wanted, n);
		}
		rcptset_free(&set);
	}
}
END_TEST

START_TEST(the_octets_of_all_addresses_are_limited)
{
	struct rcptset set;
	rcptset_init(&set, key);
	ck_assert(rcptset_begin(&set, "r@d", 3));
	ck_assert_int_eq(rcptset_add(&set, "a@b", 3, 10, 7), RCPTSET_ADDED);
	ck_assert_int_eq(rcptset_add(&set, "ab@bc", 5, 10, 7), RCPTSET_FULL);
	ck_assert_int_eq(rcptset_add(&set, "a@bc", 4, 10, 7), RCPTSET_ADDED);
	ck_assert_int_eq(rcptset_add(&set, "a@b", 3, 10, 7), RCPTSET_THERE);
	rcptset_free(&set);
}
END_TEST

START_TEST(an_address_that_begins_another_is_not_the_same)
{
	struct rcptset set;
	rcptset_init(&set, key);
	ck_assert(rcptset_begin(&set, "", 0));
	for (int n = 1; n < 200; n++) {
		char a[200];
		memset(a, 'a', sizeof a);
		ck_assert_int_eq(rcptset_add(&set, a, (size_t)n, 1000, 100000), RCPTSET_ADDED);
	}
	rcptset_free(&set);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("rcptset");
	TCase *c = unit_case("rcptset");
	tcase_add_test(c, a_recipient_is_kept_once);
	tcase_add_test(c, a_new_transaction_gives_back_the_memory_of_a_large_one);
	tcase_add_test(c, an_envelope_of_any_size_is_whole);
	tcase_add_test(c, the_octets_of_all_addresses_are_limited);
	tcase_add_test(c, an_address_that_begins_another_is_not_the_same);
	suite_add_tcase(s, c);
	return s;
}
