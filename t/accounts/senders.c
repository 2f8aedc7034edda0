/* senders.cdb written and looked up; the same file cut off everywhere and with every
   octet spoilt: no crash, no endless walk, nobody taken for a sender who is none. (A
   cdb has no checksum: a spoilt length or setting may read as another good one.) */
#include "base/cdbwrite.h"
#include "accounts/senders.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/saca-unit.XXXXXX";
static int dir;

static void enter(void)
{
	strcpy(strrchr(folder, '.'), ".XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	dir = open(".", O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(dir, 0);
}

static void leave(void)
{
	unlink("senders.cdb");
	unlink("senders.cdb.new");
	close(dir);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

#define PUT(w, key, value) ck_assert_int_eq(cdbwrite_add(&w, key, sizeof key - 1, value, sizeof value - 1), 0)

static void write_file(void)
{
	struct cdbwrite w;
	ck_assert_int_eq(cdbwrite_start(&w, dir, "senders.cdb"), 0);
	PUT(w, "pacme", "maxrcpt=50000 credit=yes");
	PUT(w, "potro", "");
	PUT(w, "pmalo", "colour=red");
	PUT(w, "sacme\0a@b.es", "");
	ck_assert_int_eq(cdbwrite_finish(&w, 0644), 0);
	ck_assert_int_eq(cdbwrite_replace(&w), 0);
	cdbwrite_abandon(&w);
}

static int plan(struct senders const *s, char const *name, struct accounts_plan *out)
{
	return senders_plan(s, name, strlen(name), out);
}

static int has(struct senders const *s, char const *name, char const *address)
{
	return senders_has(s, name, strlen(name), address, strlen(address));
}

START_TEST(looks_up)
{
	struct senders s = SENDERS_ZERO;
	struct accounts_plan p = {9, false};
	char longest[300];
	write_file();
	ck_assert_int_eq(senders_open(&s, "senders.cdb"), 0);
	ck_assert_int_eq(plan(&s, "nada", &p), 0);
	ck_assert_int_eq(plan(&s, "", &p), 0);
	ck_assert_int_eq(plan(&s, "../acme", &p), 0);
	ck_assert_int_eq(plan(&s, "malo", &p), -1);
	ck_assert(p.maxrcpt == 9 && !p.credit);
	ck_assert_int_eq(plan(&s, "acme", &p), 1);
	ck_assert(p.maxrcpt == 50000 && p.credit);
	ck_assert_int_eq(plan(&s, "otro", &p), 1);
	ck_assert(p.maxrcpt == 0 && !p.credit);
	ck_assert_int_eq(has(&s, "acme", "a@b.es"), 1);
	ck_assert_int_eq(has(&s, "acme", "A@b.es"), 0);
	ck_assert_int_eq(has(&s, "acme", ""), 0);
	ck_assert_int_eq(has(&s, "otro", "a@b.es"), 0);
	ck_assert_int_eq(senders_has(&s, "acme\0a@b.es", 11, "", 0), 0);
	memset(longest, 'a', sizeof longest);
	ck_assert_int_eq(senders_has(&s, "acme", 4, longest, sizeof longest), 0);
	ck_assert_int_eq(senders_has(&s, longest, sizeof longest, "a@b.es", 6), 0);
	senders_close(&s);
}
END_TEST

START_TEST(opens_only_a_cdb)
{
	struct senders s = SENDERS_ZERO;
	ck_assert(senders_open(&s, "senders.cdb") == -1 && errno == ENOENT);
	ck_assert(senders_open(&s, "/dev/null") == -1 && errno == EINVAL);
	ck_assert(senders_open(&s, ".") == -1 && errno == EINVAL);
}
END_TEST

/* Nobody is taken for a sender by a damaged file, and nothing is read outside. */
static void probe(void)
{
	struct senders s = SENDERS_ZERO;
	struct accounts_plan p;
	if (senders_open(&s, "senders.cdb") < 0) {
		ck_assert_int_eq(errno, EINVAL);
		return;
	}
	plan(&s, "acme", &p);
	plan(&s, "otro", &p);
	has(&s, "acme", "a@b.es");
	ck_assert_int_ne(has(&s, "acme", "x@b.es"), 1);
	ck_assert_int_ne(has(&s, "otro", "a@b.es"), 1);
	senders_close(&s);
}

START_TEST(survives_cuts)
{
	struct stat st;
	write_file();
	ck_assert_int_eq(stat("senders.cdb", &st), 0);
	for (off_t size = st.st_size; size-- > 0;) {
		struct senders s = SENDERS_ZERO;
		ck_assert_int_eq(truncate("senders.cdb", size), 0);
		ck_assert_int_eq(senders_open(&s, "senders.cdb"), -1);
		ck_assert_int_eq(errno, EINVAL);
	}
}
END_TEST

START_TEST(survives_rot)
{
	static unsigned char const rot[] = {0x00, 0x01, 0xff};
	char octet;
	write_file();
	int fd = open("senders.cdb", O_RDWR);
	ck_assert_int_ge(fd, 0);
	for (off_t at = 0; pread(fd, &octet, 1, at) == 1; at++) {
		for (size_t i = 0; i < sizeof rot; i++) {
			if (pwrite(fd, &rot[i], 1, at) == 1)
				probe();
		}
		ck_assert_int_eq(pwrite(fd, &octet, 1, at), 1);
	}
	close(fd);
}
END_TEST

START_TEST(bounds_the_walk)
{
	/* A table said to have 2^29 + 1 slots: 8 times that is 8 again in 32 bits. */
	static unsigned char const slots[] = {0x01, 0x00, 0x00, 0x20};
	struct senders s = SENDERS_ZERO;
	write_file();
	int fd = open("senders.cdb", O_RDWR);
	for (off_t at = 4; at < 2048; at += 8)
		ck_assert_int_eq(pwrite(fd, slots, 4, at), 4);
	close(fd);
	ck_assert_int_eq(senders_open(&s, "senders.cdb"), -1);
}
END_TEST

START_TEST(keeps_many)
{
	struct cdbwrite w;
	struct cdbfile f = CDBFILE_ZERO;
	char const *value;
	size_t len;
	uint32_t const many = unit_size(1200000); /* what overflows a stack of 8 MiB */
	uint32_t wrong = 0;
	ck_assert_int_eq(cdbwrite_start(&w, dir, "senders.cdb"), 0);
	for (uint32_t i = 0; i < many; i++)
		wrong += cdbwrite_add(&w, (char *)&i, sizeof i, (char *)&i, sizeof i) < 0;
	ck_assert_int_eq(cdbwrite_finish(&w, 0644), 0);
	ck_assert_int_eq(cdbwrite_replace(&w), 0);
	cdbwrite_abandon(&w);
	ck_assert_int_eq(cdbfile_open(&f, "senders.cdb"), 0);
	for (uint32_t i = 0; i < many; i++)
		wrong += cdbfile_find(&f, (char *)&i, sizeof i, &value, &len) != 1
			|| len != sizeof i || memcmp(value, &i, len) != 0;
	for (uint32_t i = many; i < many + 1000; i++)
		wrong += cdbfile_find(&f, (char *)&i, sizeof i, &value, &len) != 0;
	ck_assert_uint_eq(wrong, 0);
	cdbfile_close(&f);
}
END_TEST

START_TEST(keeps_order)
{
	struct cdbwrite w;
	struct cdbfile f = CDBFILE_ZERO;
	cdb_find_state state = CDB_FIND_STATE_ZERO;
	char const *value;
	size_t len;
	ck_assert_int_eq(cdbwrite_start(&w, dir, "senders.cdb"), 0);
	PUT(w, "k", "1");
	PUT(w, "x", "0");
	PUT(w, "k", "2");
	PUT(w, "k", "3");
	ck_assert_int_eq(cdbwrite_finish(&w, 0644), 0);
	ck_assert_int_eq(cdbwrite_replace(&w), 0);
	cdbwrite_abandon(&w);
	ck_assert_int_eq(cdbfile_open(&f, "senders.cdb"), 0);
	for (char c = '1'; c <= '3'; c++) {
		ck_assert_int_eq(cdbfile_next(&f, "k", 1, &state, &value, &len), 1);
		ck_assert(len == 1 && *value == c);
	}
	ck_assert_int_eq(cdbfile_next(&f, "k", 1, &state, &value, &len), 0);
	cdbfile_close(&f);
}
END_TEST

START_TEST(abandons)
{
	struct cdbwrite w;
	struct stat before, after;
	write_file();
	ck_assert_int_eq(stat("senders.cdb", &before), 0);
	ck_assert_int_eq(cdbwrite_start(&w, dir, "senders.cdb"), 0);
	PUT(w, "k", "1");
	cdbwrite_abandon(&w);
	ck_assert_int_eq(access("senders.cdb.new", F_OK), -1);
	ck_assert_int_eq(stat("senders.cdb", &after), 0);
	ck_assert(before.st_ino == after.st_ino && before.st_size == after.st_size);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("senders");
	TCase *c = unit_case("senders");
	tcase_add_checked_fixture(c, enter, leave);
	tcase_add_test(c, looks_up);
	tcase_add_test(c, opens_only_a_cdb);
	tcase_add_test(c, survives_cuts);
	tcase_add_test(c, survives_rot);
	tcase_add_test(c, bounds_the_walk);
	tcase_add_test(c, keeps_many);
	tcase_add_test(c, keeps_order);
	tcase_add_test(c, abandons);
	suite_add_tcase(s, c);
	return s;
}
