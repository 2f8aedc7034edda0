/* Opening a spool. */
#include "fixture.h"
#include "spool/find.h"

START_TEST(open_makes_missing_folders)
{
	struct stat st;
	for (int i = 0; i < SPOOL_FOLDERS; i++) {
		ck_assert_int_eq(fstatat(sp.fd, spool_folders[i], &st, 0), 0);
		ck_assert_int_eq(st.st_mode & 07777, 0700);
	}
	ck_assert_int_eq(fstatat(sp.fd, "lock", &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(unlinkat(sp.fd, "cur", AT_REMOVEDIR), 0);
	struct spool_entry entry;
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 0);
	ck_assert(exists("cur"));
	struct spool missing;
	ck_assert(!spool_open(&missing, "/nonexistent/spool"));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* Paths inside the spool. */
static char const *const nested[] = {"x", "x/", "credit/x", "tmp/x", "credit//x//"};

START_TEST(open_makes_nothing_inside_a_spool)
{
	char path[200];
	struct spool inner;
	snprintf(path, sizeof path, "%s/%s", root, nested[_i]);
	ck_assert(!spool_open(&inner, path));
	ck_assert_int_eq(errno, EINVAL);
	ck_assert(!exists(nested[_i]));
}
END_TEST

START_TEST(open_makes_a_spool_beside_another)
{
	char path[200];
	struct spool second;
	snprintf(path, sizeof path, "%s/../second", root);
	ck_assert(spool_open(&second, path));
	spool_close(&second);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("spool");
	TCase *c = spool_case(s, "spool");
	tcase_add_test(c, open_makes_missing_folders);
	tcase_add_loop_test(c, open_makes_nothing_inside_a_spool, 0, sizeof nested / sizeof *nested);
	tcase_add_test(c, open_makes_a_spool_beside_another);
	return s;
}
