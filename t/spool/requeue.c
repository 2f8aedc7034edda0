/* An operator's retry and drop. */
#include "fixture.h"
#include "spool/find.h"
#include "spool/requeue.h"
#include "spool/retire.h"

START_TEST(retry_puts_a_file_back_and_drop_removes_it)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7};
	struct spool_entry entry;
	put_file("new/" KEY, 7, ID);
	ck_assert(spool_set_aside(&sp, &a, "why", NOW) && exists("seen/" KEY));
	put("new/" KEY, "another");
	ck_assert_int_eq(spool_retry(&sp, KEY), SPOOL_REQUEUE_EXISTS);
	ck_assert_str_eq(content("new/" KEY), "another");
	ck_assert_int_eq(spool_drop(&sp, SPOOL_NEW, KEY), SPOOL_REQUEUE_DONE);
	ck_assert(exists("seen/" KEY));
	ck_assert_int_eq(spool_retry(&sp, KEY), SPOOL_REQUEUE_DONE);
	ck_assert(exists("new/" KEY) && !exists("failed/" KEY) && !exists("failed/" KEY ".reason") && !exists("seen/" KEY));
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 1);
	ck_assert(spool_set_aside(&sp, &a, "why", NOW));
	ck_assert_int_eq(spool_drop(&sp, SPOOL_FAILED, KEY), SPOOL_REQUEUE_DONE);
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 0);
	ck_assert(!exists("failed/" KEY) && !exists("failed/" KEY ".reason"));
	ck_assert_int_eq(spool_drop(&sp, SPOOL_FAILED, KEY), SPOOL_REQUEUE_ERROR);
	ck_assert_int_eq(errno, ENOENT);
	put_file("done/" KEY, 7, ID); /* it was imported, so dropping a failed copy keeps seen/ */
	put_file("failed/" KEY ".1", 7, ID);
	put("seen/" KEY, KEY " 7 " ID " 2013-09-12T11:59:19Z\n");
	ck_assert_int_eq(spool_drop(&sp, SPOOL_FAILED, KEY ".1"), SPOOL_REQUEUE_DONE);
	ck_assert(exists("seen/" KEY) && !exists("failed/" KEY ".1"));
	put_file("cur/" KEY ":2,S", 7, ID);
	ck_assert_int_eq(spool_drop(&sp, SPOOL_CUR, KEY ":2,S"), SPOOL_REQUEUE_BEGUN);
	ck_assert(exists("cur/" KEY ":2,S") && exists("seen/" KEY));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("requeue");
	TCase *c = spool_case(s, "requeue");
	tcase_add_test(c, retry_puts_a_file_back_and_drop_removes_it);
	return s;
}
