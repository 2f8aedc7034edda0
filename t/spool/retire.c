/* Retiring files, and setting them aside. */
#include "fixture.h"
#include "spool/find.h"
#include "spool/retire.h"

#include <dirent.h>

START_TEST(retire_leaves_an_entry_in_seen)
{
	struct spool_retired files[] = {
		{SPOOL_NEW, KEY, ID, 7}, {SPOOL_CUR, KEY2 ":2,S", ID2, 8},
		{SPOOL_NEW, ID, ID, 0}, {SPOOL_NEW, "gone", ID, 9}, {SPOOL_NEW, ID2, ID2, 10},
	};
	struct spool_entry entry;
	put_file("new/" KEY, 7, ID);
	put_file("cur/" KEY2 ":2,S", 8, ID2);
	put_file("new/" ID, 0, ID);
	put_file("new/" ID2, 10, ID2);
	ck_assert(spool_retire(&sp, files, 5, false, NOW));
	ck_assert(!exists("new/" KEY) && !exists("cur/" KEY2 ":2,S") && !exists("new/" ID) && !exists("new/" ID2));
	ck_assert_str_eq(content("seen/" KEY), KEY " 7 " ID " 2013-09-12T11:59:19Z\n"
		KEY2 " 8 " ID2 " 2013-09-12T11:59:19Z\n" ID2 " 10 " ID2 " 2013-09-12T11:59:19Z\n");
	ck_assert(!exists("seen/" ID)); /* contacts have no repeats */
	ck_assert(!exists("tmp/seen"));
	ck_assert_int_eq(spool_find(&sp, KEY2, &entry), 1);
	ck_assert_uint_eq(entry.send, 8);
	ck_assert_str_eq(entry.id, ID2);
	ck_assert_int_eq(spool_carries(&sp, ID2, ID2), 1);
	ck_assert(spool_retire(&sp, files, 5, false, NOW)); /* retiring again, as after a failure, changes nothing */
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 1);
	ck_assert(spool_retire(&sp, NULL, 0, true, NOW));
}
END_TEST

/* A dead importer left tmp/seen, which is linked to an entry in seen/. */
START_TEST(retire_keeps_entries_linked_to_a_leftover)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7}, b = {SPOOL_NEW, KEY2, ID2, 8};
	struct spool_entry entry;
	ck_assert(spool_retire(&sp, &a, 1, false, NOW));
	ck_assert_int_eq(linkat(sp.fd, "seen/" KEY, sp.fd, "tmp/seen", 0), 0);
	ck_assert(spool_retire(&sp, &b, 1, false, NOW));
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 1);
	ck_assert_uint_eq(entry.send, 7);
}
END_TEST

START_TEST(retire_takes_a_thousand_files)
{
	enum { MANY = 1000 };
	static struct spool_retired files[MANY];
	static char text[MANY][SPOOL_KEY];
	struct spool_entry entry;
	for (unsigned int i = 0; i < MANY; i++) {
		sprintf(text[i], "%064x", i * 2654435761u);
		files[i] = (struct spool_retired){SPOOL_NEW, text[i], ID, UINT64_C(9223372036854774000) + i};
	}
	ck_assert(spool_retire(&sp, files, MANY, false, NOW));
	for (unsigned int i = 0; i < MANY; i++) {
		ck_assert_int_eq(spool_find(&sp, text[i], &entry), 1);
		ck_assert_uint_eq(entry.send, files[i].send);
	}
}
END_TEST

START_TEST(retire_moves_to_done)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7}, b = {SPOOL_CUR, KEY ":2,S", ID2, 8};
	put_file("new/" KEY, 7, ID);
	ck_assert(spool_retire(&sp, &a, 1, true, NOW));
	ck_assert(exists("done/" KEY) && !exists("new/" KEY));
	put_file("cur/" KEY ":2,S", 8, ID2);
	ck_assert(spool_retire(&sp, &b, 1, true, NOW));
	ck_assert(exists("done/" KEY) && exists("done/" KEY ".1"));
	ck_assert_int_eq(spool_carries(&sp, KEY, ID2), 1);
}
END_TEST

START_TEST(set_aside_writes_the_reason)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7}, bad = {SPOOL_CUR, KEY ":2,S", NULL, 0},
		stranger = {SPOOL_NEW, "stranger", NULL, 0};
	struct spool_entry entry;
	put_file("new/" KEY, 7, ID);
	ck_assert(spool_set_aside(&sp, &a, "why\nnot\x1b[2J", NOW));
	ck_assert(exists("failed/" KEY) && !exists("new/" KEY));
	ck_assert_str_eq(content("failed/" KEY ".reason"), "2013-09-12T11:59:19Z why?not?[2J\n");
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 1); /* the client has a 250: a repeat is recognized */
	ck_assert_uint_eq(entry.send, 7);
	put("cur/" KEY ":2,S", "rubbish");
	ck_assert(spool_set_aside(&sp, &bad, "rubbish", NOW));
	ck_assert(exists("failed/" KEY ".1") && exists("failed/" KEY ".1.reason") && !exists("cur/" KEY ":2,S"));
	put("new/stranger", "x");
	ck_assert(spool_set_aside(&sp, &stranger, "x", NOW));
	ck_assert_str_eq(content("failed/stranger.reason"), "2013-09-12T11:59:19Z x\n");
	ck_assert(spool_set_aside(&sp, &stranger, "gone", NOW));
	struct spool_retired gone = {SPOOL_NEW, KEY2, ID2, 8}; /* an operator dropped it after the importer read it */
	ck_assert(spool_set_aside(&sp, &gone, "gone", NOW));
	ck_assert(!exists("seen/" KEY2) && !exists("failed/" KEY2 ".reason"));
}
END_TEST

static int names_in(char const *folder)
{
	char path[600];
	int n = 0;
	snprintf(path, sizeof path, "%s/%s", root, folder);
	DIR *d = opendir(path);
	ck_assert_ptr_nonnull(d);
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

/* A file finds a name in done/ and failed/ even if a thousand files have its key. Otherwise it
   would block all others. */
START_TEST(names_never_run_out)
{
	char path[300], name[241];
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7}, stranger = {SPOOL_NEW, name, NULL, 0};
	memset(name, 's', sizeof name - 1);
	name[sizeof name - 1] = 0;
	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof path, i ? "done/" KEY ".%d" : "done/" KEY, i);
		put(path, "x");
		snprintf(path, sizeof path, i ? "failed/%s.%d" : "failed/%s", name, i);
		put(path, "x");
	}
	for (int i = 0; i < 3; i++) {
		put_file("new/" KEY, 7, ID);
		ck_assert(spool_retire(&sp, &a, 1, true, NOW));
		snprintf(path, sizeof path, "new/%s", name);
		put(path, "x");
		ck_assert(spool_set_aside(&sp, &stranger, "x", NOW));
		ck_assert(!exists(path));
	}
	ck_assert_int_eq(names_in("done"), 1003);
	ck_assert_int_eq(names_in("failed"), 1006);
	ck_assert_int_eq(spool_carries(&sp, KEY, ID), 1);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("retire");
	TCase *c = spool_case(s, "retire");
	tcase_add_test(c, retire_leaves_an_entry_in_seen);
	tcase_add_test(c, retire_keeps_entries_linked_to_a_leftover);
	tcase_add_test(c, retire_takes_a_thousand_files);
	tcase_add_test(c, retire_moves_to_done);
	tcase_add_test(c, set_aside_writes_the_reason);
	tcase_add_test(c, names_never_run_out);
	return s;
}
