/* The spool's folders as the importer uses them: keys of names, finding, retiring,
   setting aside, cleaning, the counter's recovery, locks. */
#define _GNU_SOURCE
#include "spool/seen_text.h"
#include "base/fd.h"
#include "spool/spool.h"
#include "spool/number.h"
#include "spool/credit.h"
#include "spool/draft.h"
#include "base/uuid.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ID "fa8896c2351f8b7e73ac3a3d209c6ac5"
#define ID2 "00000000000000000000000000000002"
#define KEY "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
#define KEY2 "0000000000000000000000000000000000000000000000000000000000000001"
#define NOW 1378987159 /* 2013-09-12T11:59:19Z */

static char root[64];
static struct spool sp;

static void begin(void)
{
	strcpy(root, "/tmp/saca-unit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert(spool_open(&sp, root));
}

static int drop(char const *path, struct stat const *st, int kind, struct FTW *walk)
{
	(void)st, (void)kind, (void)walk;
	return remove(path);
}

static void end(void)
{
	spool_close(&sp);
	nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(char const *path, char const *text)
{
	int fd = openat(sp.fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert(fd_write_all(fd, text, strlen(text)));
	close(fd);
}

static void put_file(char const *path, unsigned int send, char const *id)
{
	char text[400], number[64] = "";
	if (send)
		sprintf(number, "X-Saca-Send: %u\n", send);
	snprintf(text, sizeof text, "Return-Path: <r@d.es>\n%sX-Saca-Id: %s\nX-Saca-User: v.acme\n", number, id);
	put(path, text);
}

static bool there(char const *path)
{
	return faccessat(sp.fd, path, F_OK, 0) == 0;
}

static char const *content(char const *path)
{
	static char text[100000];
	int fd = openat(sp.fd, path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : fd_pread_all(fd, text, sizeof text - 1, 0);
	close(fd);
	if (n < 0)
		return NULL;
	text[n] = 0;
	return text;
}

static void age(char const *path, time_t seconds)
{
	struct timespec const times[2] = {{NOW - seconds, 0}, {NOW - seconds, 0}};
	ck_assert_int_eq(utimensat(sp.fd, path, times, 0), 0);
}

START_TEST(opens)
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
	ck_assert(there("cur"));
	struct spool missing;
	ck_assert(!spool_open(&missing, "/nonexistent/spool"));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

static struct {
	char const *name;
	size_t n;
} const names[] = {
	{KEY, 64}, {ID, 32}, {KEY ":2,S", 64}, {ID ":2,", 32}, {KEY ",S=12:2,RS", 64}, {KEY ".reason", 64},
	{KEY ".1", 64}, {"", 0}, {"x", 0}, {KEY "0", 0}, {KEY "x", 0}, {ID "g", 0}, {"FA8896c2351f8b7e73ac3a3d209c6ac5", 0},
	{"1234567890.M1P2.host", 0}, {"fa8896c2351f8b7e73ac3a3d209c6ac", 0},
};

START_TEST(knows_keys)
{
	ck_assert_uint_eq(spool_key_length(names[_i].name), names[_i].n);
}
END_TEST

START_TEST(finds)
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

START_TEST(carries_in_every_folder)
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

START_TEST(retires)
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
	ck_assert(!there("new/" KEY) && !there("cur/" KEY2 ":2,S") && !there("new/" ID) && !there("new/" ID2));
	ck_assert_str_eq(content("seen/" KEY), KEY " 7 " ID " 2013-09-12T11:59:19Z\n"
		KEY2 " 8 " ID2 " 2013-09-12T11:59:19Z\n" ID2 " 10 " ID2 " 2013-09-12T11:59:19Z\n");
	ck_assert(!there("seen/" ID)); /* contacts are nobody's repeat */
	ck_assert(!there("tmp/seen"));
	ck_assert_int_eq(spool_find(&sp, KEY2, &entry), 1);
	ck_assert_uint_eq(entry.send, 8);
	ck_assert_str_eq(entry.id, ID2);
	ck_assert_int_eq(spool_carries(&sp, ID2, ID2), 1);
	ck_assert(spool_retire(&sp, files, 5, false, NOW)); /* once more, as after a failure */
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 1);
	ck_assert(spool_retire(&sp, NULL, 0, true, NOW));
}
END_TEST

/* What a dead importer left in tmp/ has other names in seen/ already. */
START_TEST(retires_beside_leftovers)
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

START_TEST(retires_many)
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

START_TEST(keeps)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7}, b = {SPOOL_CUR, KEY ":2,S", ID2, 8};
	put_file("new/" KEY, 7, ID);
	ck_assert(spool_retire(&sp, &a, 1, true, NOW));
	ck_assert(there("done/" KEY) && !there("new/" KEY));
	put_file("cur/" KEY ":2,S", 8, ID2);
	ck_assert(spool_retire(&sp, &b, 1, true, NOW));
	ck_assert(there("done/" KEY) && there("done/" KEY ".1"));
	ck_assert_int_eq(spool_carries(&sp, KEY, ID2), 1);
}
END_TEST

START_TEST(sets_aside)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7}, bad = {SPOOL_CUR, KEY ":2,S", NULL, 0},
		stranger = {SPOOL_NEW, "stranger", NULL, 0};
	struct spool_entry entry;
	put_file("new/" KEY, 7, ID);
	ck_assert(spool_set_aside(&sp, &a, "why\nnot\x1b[2J", NOW));
	ck_assert(there("failed/" KEY) && !there("new/" KEY));
	ck_assert_str_eq(content("failed/" KEY ".reason"), "2013-09-12T11:59:19Z why?not?[2J\n");
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 1); /* a 250 was said: a repeat is one */
	ck_assert_uint_eq(entry.send, 7);
	put("cur/" KEY ":2,S", "rubbish");
	ck_assert(spool_set_aside(&sp, &bad, "rubbish", NOW));
	ck_assert(there("failed/" KEY ".1") && there("failed/" KEY ".1.reason") && !there("cur/" KEY ":2,S"));
	put("new/stranger", "x");
	ck_assert(spool_set_aside(&sp, &stranger, "x", NOW));
	ck_assert_str_eq(content("failed/stranger.reason"), "2013-09-12T11:59:19Z x\n");
	ck_assert(spool_set_aside(&sp, &stranger, "gone", NOW));
	struct spool_retired gone = {SPOOL_NEW, KEY2, ID2, 8}; /* dropped since it was read */
	ck_assert(spool_set_aside(&sp, &gone, "gone", NOW));
	ck_assert(!there("seen/" KEY2) && !there("failed/" KEY2 ".reason"));
}
END_TEST

START_TEST(undoes)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7};
	struct spool_entry entry;
	put_file("new/" KEY, 7, ID);
	ck_assert(spool_set_aside(&sp, &a, "why", NOW) && there("seen/" KEY));
	put("new/" KEY, "another");
	ck_assert_int_eq(spool_put_back(&sp, KEY), SPOOL_UNDO_TAKEN);
	ck_assert_str_eq(content("new/" KEY), "another");
	ck_assert_int_eq(spool_drop(&sp, SPOOL_NEW, KEY), SPOOL_UNDO_DONE);
	ck_assert(there("seen/" KEY));
	ck_assert_int_eq(spool_put_back(&sp, KEY), SPOOL_UNDO_DONE);
	ck_assert(there("new/" KEY) && !there("failed/" KEY) && !there("failed/" KEY ".reason") && !there("seen/" KEY));
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 1);
	ck_assert(spool_set_aside(&sp, &a, "why", NOW));
	ck_assert_int_eq(spool_drop(&sp, SPOOL_FAILED, KEY), SPOOL_UNDO_DONE);
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 0);
	ck_assert(!there("failed/" KEY) && !there("failed/" KEY ".reason"));
	ck_assert_int_eq(spool_drop(&sp, SPOOL_FAILED, KEY), SPOOL_UNDO_ERROR);
	ck_assert_int_eq(errno, ENOENT);
	put_file("done/" KEY, 7, ID); /* imported: a copy of it that failed goes alone */
	put_file("failed/" KEY ".1", 7, ID);
	put("seen/" KEY, KEY " 7 " ID " 2013-09-12T11:59:19Z\n");
	ck_assert_int_eq(spool_drop(&sp, SPOOL_FAILED, KEY ".1"), SPOOL_UNDO_DONE);
	ck_assert(there("seen/" KEY) && !there("failed/" KEY ".1"));
	put_file("cur/" KEY ":2,S", 7, ID);
	ck_assert_int_eq(spool_drop(&sp, SPOOL_CUR, KEY ":2,S"), SPOOL_UNDO_BEGUN);
	ck_assert(there("cur/" KEY ":2,S") && there("seen/" KEY));
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

/* However often a name comes, it finds its place: nothing behind it may wait for ever. */
START_TEST(never_runs_out_of_names)
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
		ck_assert(!there(path));
	}
	ck_assert_int_eq(names_in("done"), 1003);
	ck_assert_int_eq(names_in("failed"), 1006);
	ck_assert_int_eq(spool_carries(&sp, KEY, ID), 1);
}
END_TEST

START_TEST(cleans)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7}, b = {SPOOL_NEW, KEY2, ID2, 8};
	struct stat st;
	ck_assert(spool_retire(&sp, &a, 1, false, NOW) && spool_retire(&sp, &b, 1, false, NOW));
	age("seen/" KEY, 24 * 3600 + 1);
	age("seen/" KEY2, 24 * 3600 - 1);
	put("tmp/" ID, "x");
	put("tmp/" ID2, "x");
	age("tmp/" ID, 36 * 3600 + 1);
	age("tmp/" ID2, 36 * 3600 - 1);
	ck_assert(spool_clean(&sp, NOW));
	ck_assert(!there("seen/" KEY) && there("seen/" KEY2) && !there("tmp/" ID) && there("tmp/" ID2));
	age("seen/" KEY2, -1000000); /* written by a clock that was ahead */
	ck_assert(spool_clean(&sp, NOW));
	ck_assert_int_eq(fstatat(sp.fd, "seen/" KEY2, &st, 0), 0);
	ck_assert_int_eq(st.st_mtime, NOW);
}
END_TEST

/* seen/ may be what decides of a pending amount: that comes first. */
START_TEST(settles_before_it_forgets)
{
	struct spool_retired a = {SPOOL_NEW, KEY, ID, 7};
	struct spool_credit_hold h;
	uint64_t left;
	ck_assert_int_eq(spool_credit_change(&sp, "acme", true, 100, &left), SPOOL_CREDIT_OK);
	ck_assert_int_eq(spool_credit_change(&sp, "otra", true, 100, &left), SPOOL_CREDIT_OK);
	ck_assert_int_eq(spool_credit_take(&sp, "acme", 30, ID, KEY, &h, &left), SPOOL_CREDIT_OK);
	spool_credit_leave(&h); /* died after its link */
	ck_assert_int_eq(spool_credit_take(&sp, "otra", 30, ID2, KEY2, &h, &left), SPOOL_CREDIT_OK);
	spool_credit_leave(&h); /* died before it */
	put("credit/rota", "rubbish");
	ck_assert(spool_retire(&sp, &a, 1, false, NOW));
	age("seen/" KEY, 25 * 3600);
	ck_assert(spool_clean(&sp, NOW));
	ck_assert(!there("seen/" KEY));
	ck_assert_int_eq(spool_credit_judge(&sp, "acme", 71, &left), SPOOL_CREDIT_SHORT);
	ck_assert_uint_eq(left, 70);
	ck_assert_int_eq(spool_credit_judge(&sp, "otra", 101, &left), SPOOL_CREDIT_SHORT);
	ck_assert_uint_eq(left, 100);
	ck_assert_int_eq(spool_credit_judge(&sp, "rota", 1, &left), SPOOL_CREDIT_MISSING);
	ck_assert_int_eq(spool_credit_judge(&sp, "nadie", 1, &left), SPOOL_CREDIT_MISSING);
}
END_TEST

static uint64_t next(void)
{
	uint64_t n = 0;
	ck_assert_int_eq(spool_number(&sp, 0, 1, &n), SPOOL_COUNT_OK);
	return n;
}

START_TEST(counts)
{
	uint64_t n;
	ck_assert_uint_eq(next(), 1);
	ck_assert_uint_eq(next(), 2);
	ck_assert(spool_raise_count(&sp, 0));
	ck_assert_uint_eq(next(), 3);
	ck_assert(spool_raise_count(&sp, 2));
	ck_assert_uint_eq(next(), 4);
	ck_assert(spool_raise_count(&sp, 50)); /* inside the block */
	ck_assert_uint_eq(next(), 51);
	ck_assert(spool_raise_count(&sp, 5000)); /* above it */
	ck_assert_uint_eq(next(), 5001);
	ck_assert(!spool_raise_count(&sp, INT64_MAX));
	put_file("failed/" KEY, 7000, ID);
	put("seen/" KEY2, KEY2 " 8000 " ID2 " 2013-09-12T11:59:19Z\n");
	for (int damaged = 0; damaged < 3; damaged++) {
		unlinkat(sp.fd, "count", 0);
		if (damaged)
			put("count", damaged == 1 ? "" : "limit 000000000000000");
		ck_assert_int_eq(spool_number(&sp, 0, 1, &n), SPOOL_COUNT_LOST);
		ck_assert(spool_count_begin(&sp));
		ck_assert_int_eq(spool_number(&sp, 0, 1, &n), SPOOL_COUNT_LOST);
		ck_assert(spool_raise_count(&sp, 6000));
		ck_assert_uint_eq(next(), 8001);
	}
	unlinkat(sp.fd, "count", 0);
	ck_assert(spool_raise_count(&sp, 9000));
	ck_assert_uint_eq(next(), 9001);
}
END_TEST

/* The hint of another boot, disk or file is not believed; the limit is. */
START_TEST(counts_from_the_limit)
{
	char text[200];
	ck_assert_uint_eq(next(), 1);
	for (int what = 0; what < 4; what++) {
		strcpy(text, content("count"));
		uint64_t limit = strtoull(text + 6, NULL, 10);
		char *at = strstr(text, what == 0 ? "boot " : what == 1 ? "device " : what == 2 ? "inode " : "next ");
		if (what == 3)
			at[0] = 0; /* the second line never reached the disk */
		else
			at[what == 0 ? 5 : what == 1 ? 26 : 25] ^= 1;
		put("count", text);
		ck_assert_uint_eq(next(), limit);
		ck_assert_uint_eq(next(), limit + 1);
	}
}
END_TEST

START_TEST(commits)
{
	static struct spool_draft d;
	struct spool_entry entry;
	char text[100];
	ck_assert(spool_draft_open(&d, &sp, ID));
	sprintf(text, "Return-Path: <r@d.es>\nX-Saca-Send: 7\nX-Saca-Id: %s\n", ID);
	ck_assert(spool_draft_put(&d, text, strlen(text)));
	for (int i = 0; i < 3000; i++) /* more than the draft holds */
		ck_assert(spool_draft_put(&d, "0123456789012345678901234567890123456789012345678\n", 50));
	ck_assert(spool_draft_sync(&d));
	ck_assert(!there("new/" KEY));
	ck_assert_int_eq(spool_draft_commit(&d, KEY), SPOOL_DRAFT_DONE);
	ck_assert_int_eq(spool_draft_commit(&d, KEY), SPOOL_DRAFT_TAKEN);
	spool_draft_drop(&d);
	ck_assert(!there("tmp/" ID));
	struct stat st;
	ck_assert_int_eq(fstatat(sp.fd, "new/" KEY, &st, 0), 0);
	ck_assert_int_eq(st.st_size, (off_t)strlen(text) + 150000);
	ck_assert_int_eq(spool_find(&sp, KEY, &entry), 1);
}
END_TEST

/* What another process is told of the locks this one holds. */
static int elsewhere(bool (*try)(struct spool *))
{
	pid_t pid = fork();
	if (pid == 0) {
		struct spool other;
		alarm(5);
		_exit(spool_open(&other, root) && try(&other) ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool imports(struct spool *other)
{
	return spool_import_lock(other) == 1;
}

static bool locks_another(struct spool *other)
{
	return spool_lock(other, KEY2);
}

static bool may_lock(struct spool *other)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = (off_t)1 << 60};
	return fcntl(other->lock, F_GETLK, &l) == 0 && l.l_type == F_UNLCK;
}

START_TEST(locks)
{
	ck_assert_int_eq(elsewhere(imports), 0);
	ck_assert_int_eq(spool_import_lock(&sp), 1);
	ck_assert_int_eq(elsewhere(imports), 1);
	ck_assert_int_eq(elsewhere(may_lock), 0);
	ck_assert(spool_lock(&sp, KEY));
	ck_assert_int_eq(elsewhere(may_lock), 1);
	ck_assert_int_eq(elsewhere(locks_another), 0);
	ck_assert(spool_unlock(&sp, KEY));
	ck_assert_int_eq(elsewhere(may_lock), 0);
	ck_assert(spool_lock_all(&sp));
	ck_assert_int_eq(elsewhere(may_lock), 1);
	ck_assert(spool_unlock_all(&sp));
	ck_assert_int_eq(elsewhere(may_lock), 0);
	ck_assert_int_eq(elsewhere(imports), 1);
}
END_TEST

START_TEST(uuids)
{
	char a[UUID_HEX], b[UUID_HEX];
	uuid_fresh(a);
	uuid_fresh(b);
	ck_assert_str_ne(a, b);
	ck_assert_uint_eq(spool_key_length(a), 32);
	ck_assert_int_eq(a[12], '4'); /* RFC 9562 5.4: the version */
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("spool");
	TCase *c = unit_case("spool");
	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, opens);
	tcase_add_loop_test(c, knows_keys, 0, sizeof names / sizeof *names);
	tcase_add_test(c, finds);
	tcase_add_test(c, carries_in_every_folder);
	tcase_add_test(c, retires);
	tcase_add_test(c, retires_beside_leftovers);
	tcase_add_test(c, retires_many);
	tcase_add_test(c, keeps);
	tcase_add_test(c, sets_aside);
	tcase_add_test(c, undoes);
	tcase_add_test(c, never_runs_out_of_names);
	tcase_add_test(c, cleans);
	tcase_add_test(c, settles_before_it_forgets);
	tcase_add_test(c, counts);
	tcase_add_test(c, counts_from_the_limit);
	tcase_add_test(c, commits);
	tcase_add_test(c, locks);
	tcase_add_test(c, uuids);
	suite_add_tcase(s, c);
	return s;
}
