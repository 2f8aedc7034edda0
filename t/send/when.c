/* When a deferred mail is tried again, and when there are too many refusals. */
#include "send/refusals.h"
#include "send/when.h"
#include "unit.h"

START_TEST(tries_are_5_15_60_and_120_minutes_apart)
{
	static int const minutes[] = {5, 15, 60, 120, 120, 120};
	for (uint64_t i = 1; i <= 6; i++)
		ck_assert_int_eq(when_retry(i), minutes[i - 1] * 60);
	ck_assert_int_eq(when_retry(UINT64_MAX), 7200);
}
END_TEST

START_TEST(fifty_refusals_at_the_start_are_too_many)
{
	struct refusals r = {.last = 0};
	for (int i = 1; i < 50; i++)
		ck_assert(!refusals_add(&r, true));
	ck_assert(refusals_add(&r, true));
	r = (struct refusals){.last = 0};
	ck_assert(!refusals_add(&r, false));
	for (int i = 1; i < 999; i++)
		ck_assert(!refusals_add(&r, true));
	ck_assert(refusals_add(&r, true));
}
END_TEST

START_TEST(a_fifth_of_the_last_thousand_is_too_many)
{
	struct refusals r = {.last = 0};
	for (int i = 0; i < 5000; i++)
		ck_assert(!refusals_add(&r, i % 5 == 0 && i % 100 != 0));
	int more = 0;
	while (!refusals_add(&r, true))
		more++;
	/* 190 of each thousand were refused, and some of them leave the window meanwhile */
	ck_assert_int_ge(more, 9);
	ck_assert_int_le(more, 13);
	for (int i = 0; i < 1000; i++)
		ck_assert(!refusals_add(&r, false));
	ck_assert_uint_eq(r.last, 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("when");
	TCase *c = unit_case("when");
	tcase_add_test(c, tries_are_5_15_60_and_120_minutes_apart);
	tcase_add_test(c, fifty_refusals_at_the_start_are_too_many);
	tcase_add_test(c, a_fifth_of_the_last_thousand_is_too_many);
	suite_add_tcase(s, c);
	return s;
}
