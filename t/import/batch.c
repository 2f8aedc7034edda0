/* Names of the spool in order: the heap of the oldest, the sort by date and number. */
#define _GNU_SOURCE
#include "import/batch.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct spool spool;

static void make_spool(void)
{
	unit_make_folder();
	ck_assert(spool_open(&spool, unit_folder));
}

static void remove_spool(void)
{
	spool_close(&spool);
	unit_remove_folder();
}

/* Makes a file of that age, date and number. */
static void put(char const *folder, char const *name, long age, char const *date, unsigned int send)
{
	char file[600];
	struct timespec t[2] = {{1000000 - age, 0}, {1000000 - age, 0}};
	sprintf(file, "%s/%s", folder, name);
	int fd = openat(spool.fd, file, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ge(fd, 0);
	if (date)
		ck_assert_int_gt(dprintf(fd, "Return-Path: <a@b.es>\nX-Saca-Send: %u\nX-Saca-Date: %s\n",
			send, date), 0);
	ck_assert_int_eq(futimens(fd, t), 0);
	close(fd);
}

static void expect(struct batch const *b, char const *names)
{
	char all[1000] = "";
	for (size_t i = 0; i < b->n; i++)
		strcat(strcat(all, b->files[i].name), " ");
	ck_assert_str_eq(all, names);
}

START_TEST(files_are_sorted_by_date_and_number)
{
	struct batch b = {.n = 0};
	put("new", "e", 1, "2013-09-12T11:59:19Z", 12);
	put("cur", "d:2,S", 2, "2013-09-12T11:59:19Z", 9);
	put("new", "c", 3, "2013-09-12T11:59:20Z", 1);
	put("new", "b", 4, "2013-09-12T11:59:18Z", 77);
	put("new", "a", 5, NULL, 0);
	ck_assert(batch_fill(&b, &spool));
	expect(&b, "a b d:2,S e c ");
	ck_assert(!b.more);
	ck_assert_uint_eq(b.waiting, 5);
	ck_assert_int_eq(b.files[2].folder, SPOOL_CUR);
	ck_assert_uint_eq(b.files[2].send, 9);
	batch_free(&b);
}
END_TEST

START_TEST(only_regular_visible_files_are_taken)
{
	struct batch b = {.n = 0};
	put("new", "mail", 1, NULL, 0);
	put("new", ".hidden", 1, NULL, 0);
	ck_assert_int_eq(mkdirat(spool.fd, "new/folder", 0700), 0);
	ck_assert_int_eq(symlinkat("mail", spool.fd, "new/link"), 0);
	ck_assert(batch_fill(&b, &spool));
	expect(&b, "mail ");
	batch_free(&b);
}
END_TEST

START_TEST(failed_is_read_without_reasons)
{
	struct batch b = {.failed = true};
	put("failed", "x", 1, NULL, 0);
	put("failed", "x.reason", 1, NULL, 0);
	put("failed", ".reason", 1, NULL, 0);
	put("new", "y", 1, NULL, 0);
	ck_assert(batch_fill(&b, &spool));
	expect(&b, "x ");
	ck_assert_int_eq(b.files[0].folder, SPOOL_FAILED);
	batch_free(&b);
	ck_assert(batch_fill(&b, &spool));
	expect(&b, "x ");
	batch_free(&b);
}
END_TEST

/* Files of three ages per batch, made in scrambled order, without content. (Links of one file
   would all have one age.) */
START_TEST(the_oldest_files_come_first)
{
	enum { N = 2 * BATCH_NAMES + 3 };
	struct batch b = {.n = 0};
	size_t seen = 0;
	long last = -1;
	int dir = spool_folder_open(&spool, SPOOL_NEW);
	for (unsigned int i = 0; i < N; i++) {
		unsigned int k = i * 40503u % N; /* a step that has no factor in common with N */
		struct timespec t[2] = {{k, 0}, {k, 0}};
		char name[16];
		sprintf(name, "%07u", k);
		int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(futimens(fd, t), 0);
		close(fd);
	}
	close(dir);
	do {
		ck_assert(batch_fill(&b, &spool));
		ck_assert_uint_eq(b.waiting, N - seen);
		ck_assert_uint_le(b.n, BATCH_NAMES);
		for (size_t i = 0; i < b.n; i++) {
			ck_assert_int_eq(atol(b.files[i].name), last + 1);
			last++;
		}
		seen += b.n;
	} while (b.more);
	ck_assert_uint_eq(seen, N);
	batch_free(&b);
}
END_TEST

START_TEST(the_next_fill_begins_after_the_last)
{
	struct batch b = {.n = 0};
	put("new", "a", 5, NULL, 0);
	ck_assert(batch_fill(&b, &spool));
	expect(&b, "a ");
	put("new", "b", 4, NULL, 0);
	ck_assert(batch_fill(&b, &spool));
	expect(&b, "b ");
	ck_assert(batch_fill(&b, &spool));
	expect(&b, "");
	batch_free(&b);
	ck_assert(batch_fill(&b, &spool));
	expect(&b, "a b ");
	batch_free(&b);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("batch");
	TCase *c = unit_case("batch");
	tcase_add_checked_fixture(c, make_spool, remove_spool);
	tcase_add_test(c, files_are_sorted_by_date_and_number);
	tcase_add_test(c, only_regular_visible_files_are_taken);
	tcase_add_test(c, failed_is_read_without_reasons);
	tcase_add_test(c, the_oldest_files_come_first);
	tcase_add_test(c, the_next_fill_begins_after_the_last);
	suite_add_tcase(s, c);
	return s;
}
