/* Finding files by key, and the highest number. */
#include "fixture.h"
#include "spool/find.h"

START_TEST(find_looks_in_new_and_cur)
{
	static char const *const places[] = {"new/" KEY, "cur/" KEY, "cur/" KEY ":2,S", "cur/" KEY ",S=3:2,"};
	struct spool_entry entry;
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 0);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		put_file(places[i], 7, ID);
		ck_assert_int_eq(spool_find(&sp, KEY, &entry), 1);
		ck_assert_uint_eq(entry.send, 7);
		ck_assert_str_eq(entry.id, ID);
		ck_assert_int_eq(spool_find(&sp, KEY2, &entry), 0);
		ck_assert_int_eq(spool_carries(&sp, KEY, ID), 1);
		ck_assert_int_eq(spool_carries(&sp, KEY, ID2), 0);
		ck_assert_int_eq(unlinkat(sp.fd, places[i], 0), 0);
	}
	put("new/" KEY, "not a spool file");
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), -1);
	ck_assert_int_eq(errno, EBADMSG);
	ck_assert_int_eq(spool_carries(&sp, KEY, ID), 0);
}
END_TEST

START_TEST(carries_looks_in_failed_and_done)
{
	static char const *const places[] = {"failed/" KEY, "failed/" KEY ".3", "done/" KEY, "done/" KEY ".1"};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		put_file("failed/" KEY ".reason", 8, ID2);
		put_file("done/" KEY ".7", 8, ID2);
		put_file(places[i], 7, ID);
		ck_assert_int_eq(spool_carries(&sp, KEY, ID), 1);
		unlinkat(sp.fd, places[i], 0);
		ck_assert_int_eq(spool_carries(&sp, KEY, ID), 0);
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("find");
	TCase *c = spool_case(s, "find");
	tcase_add_test(c, find_looks_in_new_and_cur);
	tcase_add_test(c, carries_looks_in_failed_and_done);
	return s;
}
