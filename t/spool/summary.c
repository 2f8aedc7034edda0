/* How much waits in the spool. */
#include "fixture.h"
#include "spool/summary.h"

START_TEST(summary_counts_files)
{
	struct spool_summary s;
	ck_assert(spool_summarize(&sp, &s));
	ck_assert(!s.waiting && !s.failed && !s.octets && !s.oldest && !s.strangers);
	put("new/" KEY, "12345");
	put("cur/" KEY ":2,S", "123");
	put("new/.hidden", "x");
	put("failed/" KEY2, "x");
	put("failed/" KEY2 ".reason", "x");
	set_age("new/" KEY, 50);
	set_age("cur/" KEY ":2,S", 70);
	ck_assert_int_eq(mkdirat(sp.fd, "cur/folder", 0700), 0);
	ck_assert(spool_summarize(&sp, &s));
	ck_assert(s.waiting == 2 && s.octets == 8 && s.failed == 1 && s.strangers == 1);
	ck_assert_int_eq(s.oldest, NOW - 70);
}
END_TEST

static int reported;

static void note_report(char const *folder, char const *name)
{
	ck_assert_str_eq(folder, "new");
	ck_assert_str_eq(name, "link");
	reported++;
}

START_TEST(strangers_are_reported)
{
	put("new/" KEY, "x");
	ck_assert_int_eq(symlinkat("/etc/passwd", sp.fd, "new/link"), 0);
	ck_assert(spool_report_strangers(&sp, note_report));
	ck_assert_int_eq(reported, 1);
}
END_TEST

START_TEST(spool_opened_to_read_is_not_changed)
{
	struct spool reader;
	struct spool_summary s;
	ck_assert_int_eq(unlinkat(sp.fd, "cur", AT_REMOVEDIR), 0);
	ck_assert(spool_open_to_read(&reader, root));
	ck_assert(!spool_summarize(&reader, &s));
	ck_assert_int_eq(errno, ENOENT);
	spool_close(&reader);
	ck_assert(!exists("cur"));
	ck_assert(!spool_open_to_read(&reader, "/tmp"));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("summary");
	TCase *c = spool_case(s, "summary");
	tcase_add_test(c, summary_counts_files);
	tcase_add_test(c, strangers_are_reported);
	tcase_add_test(c, spool_opened_to_read_is_not_changed);
	return s;
}
