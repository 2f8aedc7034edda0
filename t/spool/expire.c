/* Removing old entries. */
#include "fixture.h"
#include "spool/credit.h"
#include "spool/expire.h"
#include "spool/retire.h"

START_TEST(expire_removes_old_files)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7}, b = {SPOOL_NEW, KEY2, ID2, 8};
	struct stat st;
	ck_assert(spool_retire(&sp, &a, 1, false, NOW) && spool_retire(&sp, &b, 1, false, NOW));
	set_age("seen/" KEY, 24 * 3600 + 1);
	set_age("seen/" KEY2, 24 * 3600 - 1);
	put("tmp/" ID, "x");
	put("tmp/" ID2, "x");
	set_age("tmp/" ID, 36 * 3600 + 1);
	set_age("tmp/" ID2, 36 * 3600 - 1);
	ck_assert(spool_expire(&sp, NOW));
	ck_assert(!exists("seen/" KEY) && exists("seen/" KEY2) && !exists("tmp/" ID) && exists("tmp/" ID2));
	set_age("seen/" KEY2, -1000000); /* written by a clock that was ahead */
	ck_assert(spool_expire(&sp, NOW));
	ck_assert_int_eq(fstatat(sp.fd, "seen/" KEY2, &st, 0), 0);
	ck_assert_int_eq(st.st_mtime, NOW);
}
END_TEST

/* An entry of seen/ may decide whether a pending amount is spent. */
START_TEST(expire_settles_credit_first)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7};
	struct spool_credit_hold h;
	uint64_t left;
	ck_assert_int_eq(spool_credit_change(&sp, "acme", true, 100, &left), SPOOL_CREDIT_OK);
	ck_assert_int_eq(spool_credit_change(&sp, "otra", true, 100, &left), SPOOL_CREDIT_OK);
	ck_assert_int_eq(spool_credit_take(&sp, "acme", 30, ID, KEY, &h, &left), SPOOL_CREDIT_OK);
	spool_credit_leave(&h); /* as if the process died after link(2) */
	ck_assert_int_eq(spool_credit_take(&sp, "otra", 30, ID2, KEY2, &h, &left), SPOOL_CREDIT_OK);
	spool_credit_leave(&h); /* as if the process died before link(2) */
	put("credit/rota", "rubbish");
	ck_assert(spool_retire(&sp, &a, 1, false, NOW));
	set_age("seen/" KEY, 25 * 3600);
	ck_assert(spool_expire(&sp, NOW));
	ck_assert(!exists("seen/" KEY));
	ck_assert_int_eq(spool_credit_check(&sp, "acme", 71, &left), SPOOL_CREDIT_SHORT);
	ck_assert_uint_eq(left, 70);
	ck_assert_int_eq(spool_credit_check(&sp, "otra", 101, &left), SPOOL_CREDIT_SHORT);
	ck_assert_uint_eq(left, 100);
	ck_assert_int_eq(spool_credit_check(&sp, "rota", 1, &left), SPOOL_CREDIT_MISSING);
	ck_assert_int_eq(spool_credit_check(&sp, "nadie", 1, &left), SPOOL_CREDIT_MISSING);
}
END_TEST

START_TEST(clock_set_forward_keeps_entries)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7};
	struct stat st;
	ck_assert(spool_expire(&sp, NOW));
	ck_assert(spool_retire(&sp, &a, 1, false, NOW));
	set_age("seen/" KEY, 0);
	ck_assert(spool_expire(&sp, NOW + 10 * 24 * 3600)); /* a moment later */
	ck_assert_int_eq(fstatat(sp.fd, "seen/" KEY, &st, 0), 0);
	ck_assert_int_eq(st.st_mtime, NOW + 10 * 24 * 3600);
}
END_TEST

START_TEST(clock_note_of_another_boot_is_ignored)
{
	char text[100];
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7};
	ck_assert(spool_expire(&sp, NOW));
	strcpy(text, content("clock"));
	text[3] ^= 1;
	put("clock", text);
	ck_assert(spool_retire(&sp, &a, 1, false, NOW));
	set_age("seen/" KEY, 0);
	ck_assert(spool_expire(&sp, NOW + 10 * 24 * 3600));
	ck_assert(!exists("seen/" KEY));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("expire");
	TCase *c = spool_case(s, "expire");
	tcase_add_test(c, expire_removes_old_files);
	tcase_add_test(c, expire_settles_credit_first);
	tcase_add_test(c, clock_set_forward_keeps_entries);
	tcase_add_test(c, clock_note_of_another_boot_is_ignored);
	return s;
}
