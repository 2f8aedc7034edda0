/* senders.cdb: lookups in a whole file, in a file cut short anywhere, and in one with any
   octet changed. A damaged file does not crash a program, and adds no sender. (A cdb has no
   checksum: a changed length or setting may read as another good one.) */
#include "accounts/senders.h"
#include "base/cdb.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int dir;

static void make_folder(void)
{
	unit_make_folder();
	ck_assert_int_eq(chdir(unit_folder), 0);
	dir = open(".", O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(dir, 0);
}

static void remove_folder(void)
{
	close(dir);
	ck_assert_int_eq(chdir("/"), 0);
	unit_remove_folder();
}

#define PUT(w, key, value) ck_assert(cdb_write_add(&w, key, sizeof key - 1, value, sizeof value - 1))

static void write_file(void)
{
	struct cdb_write w;
	ck_assert(cdb_write_start(&w, dir, "senders.cdb"));
	PUT(w, "pacme", "maxrcpt=50000 credit=yes");
	PUT(w, "potro", "");
	PUT(w, "pmalo", "colour=red");
	PUT(w, "sacme\0a@b.es", "");
	PUT(w, "sotro\0c@b.es", "La tienda");
	PUT(w, "uana.acme", "\1\2\3\4\5\6\7\10");
	PUT(w, "umal.acme", "short");
	ck_assert(cdb_write_finish(&w, 0644));
	ck_assert(cdb_write_replace(&w));
	cdb_write_abandon(&w);
}

static enum senders_result find_plan(struct senders const *s, char const *name, struct accounts_plan *out)
{
	return senders_plan(s, name, strlen(name), out);
}

static enum senders_result find_address(struct senders const *s, char const *name, char const *address)
{
	return senders_address(s, name, strlen(name), address, strlen(address), NULL);
}

START_TEST(lookups_find_plans_and_senders)
{
	struct senders s = SENDERS_ZERO;
	struct accounts_plan p = {.maxrcpt = 9};
	struct accounts_text name;
	char longest[300];
	write_file();
	ck_assert(senders_open(&s, "senders.cdb"));
	ck_assert_int_eq(find_plan(&s, "nada", &p), SENDERS_NO);
	ck_assert_int_eq(find_plan(&s, "", &p), SENDERS_NO);
	ck_assert_int_eq(find_plan(&s, "../acme", &p), SENDERS_NO);
	ck_assert_int_eq(find_plan(&s, "malo", &p), SENDERS_DAMAGED);
	ck_assert(p.maxrcpt == 9 && !p.credit);
	ck_assert_int_eq(find_plan(&s, "acme", &p), SENDERS_YES);
	ck_assert(p.maxrcpt == 50000 && p.credit);
	ck_assert_int_eq(find_plan(&s, "otro", &p), SENDERS_YES);
	ck_assert(p.maxrcpt == 0 && !p.credit);
	ck_assert_int_eq(find_address(&s, "acme", "a@b.es"), SENDERS_YES);
	ck_assert_int_eq(find_address(&s, "acme", "A@b.es"), SENDERS_NO);
	ck_assert_int_eq(find_address(&s, "acme", ""), SENDERS_NO);
	ck_assert_int_eq(find_address(&s, "otro", "a@b.es"), SENDERS_NO);
	ck_assert_int_eq(senders_address(&s, "acme\0a@b.es", 11, "", 0, NULL), SENDERS_NO);
	ck_assert_int_eq(senders_address(&s, "otro", 4, "c@b.es", 6, &name), SENDERS_YES);
	ck_assert_uint_eq(name.n, 9);
	ck_assert_mem_eq(name.s, "La tienda", 9);
	ck_assert_int_eq(senders_address(&s, "acme", 4, "a@b.es", 6, &name), SENDERS_YES);
	ck_assert_uint_eq(name.n, 0);
	memset(longest, 'a', sizeof longest);
	ck_assert_int_eq(senders_address(&s, "acme", 4, longest, sizeof longest, NULL), SENDERS_NO);
	ck_assert_int_eq(senders_address(&s, longest, sizeof longest, "a@b.es", 6, NULL), SENDERS_NO);
	senders_close(&s);
}
END_TEST

START_TEST(a_login_has_a_fingerprint)
{
	struct senders s = SENDERS_ZERO;
	unsigned char print[SENDERS_FINGERPRINT] = {0};
	char longest[300];
	write_file();
	ck_assert(senders_open(&s, "senders.cdb"));
	ck_assert_int_eq(senders_login(&s, "otra.acme", 9, print), SENDERS_NO);
	ck_assert_int_eq(senders_login(&s, "", 0, print), SENDERS_NO);
	memset(longest, 'a', sizeof longest);
	ck_assert_int_eq(senders_login(&s, longest, sizeof longest, print), SENDERS_NO);
	ck_assert_int_eq(senders_login(&s, "mal.acme", 8, print), SENDERS_DAMAGED);
	ck_assert_int_eq(print[0], 0);
	ck_assert_int_eq(senders_login(&s, "ana.acme", 8, print), SENDERS_YES);
	ck_assert_mem_eq(print, "\1\2\3\4\5\6\7\10", sizeof print);
	senders_close(&s);
}
END_TEST

START_TEST(senders_open_takes_only_a_cdb)
{
	struct senders s = SENDERS_ZERO;
	ck_assert(!senders_open(&s, "senders.cdb") && errno == ENOENT);
	ck_assert(!senders_open(&s, "/dev/null") && errno == EINVAL);
	ck_assert(!senders_open(&s, ".") && errno == EINVAL);
}
END_TEST

/* Looks up in a file that may be damaged. */
static void probe_damaged_file(void)
{
	struct senders s = SENDERS_ZERO;
	struct accounts_plan p;
	if (!senders_open(&s, "senders.cdb")) {
		ck_assert_int_eq(errno, EINVAL);
		return;
	}
	find_plan(&s, "acme", &p);
	find_plan(&s, "otro", &p);
	find_address(&s, "acme", "a@b.es");
	ck_assert_int_ne(find_address(&s, "acme", "x@b.es"), SENDERS_YES);
	ck_assert_int_ne(find_address(&s, "otro", "a@b.es"), SENDERS_YES);
	senders_close(&s);
}

START_TEST(a_file_cut_short_is_not_opened)
{
	struct stat st;
	write_file();
	ck_assert_int_eq(stat("senders.cdb", &st), 0);
	for (off_t size = st.st_size; size-- > 0;) {
		struct senders s = SENDERS_ZERO;
		ck_assert_int_eq(truncate("senders.cdb", size), 0);
		ck_assert(!senders_open(&s, "senders.cdb"));
		ck_assert_int_eq(errno, EINVAL);
	}
}
END_TEST

START_TEST(a_changed_octet_makes_no_other_address_a_sender)
{
	static unsigned char const rot[] = {0x00, 0x01, 0xff};
	char octet;
	write_file();
	int fd = open("senders.cdb", O_RDWR);
	ck_assert_int_ge(fd, 0);
	for (off_t at = 0; pread(fd, &octet, 1, at) == 1; at++) {
		for (size_t i = 0; i < sizeof rot; i++) {
			if (pwrite(fd, &rot[i], 1, at) == 1)
				probe_damaged_file();
		}
		ck_assert_int_eq(pwrite(fd, &octet, 1, at), 1);
	}
	close(fd);
}
END_TEST

START_TEST(a_table_larger_than_the_file_is_damage)
{
	/* A table of 2^29 + 1 slots: 8 times that number is 8 in 32 bits. */
	static unsigned char const slots[] = {0x01, 0x00, 0x00, 0x20};
	struct senders s = SENDERS_ZERO;
	write_file();
	int fd = open("senders.cdb", O_RDWR);
	for (off_t at = 4; at < 2048; at += 8)
		ck_assert_int_eq(pwrite(fd, slots, 4, at), 4);
	close(fd);
	ck_assert(!senders_open(&s, "senders.cdb"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("senders");
	TCase *c = unit_case("senders");
	tcase_add_checked_fixture(c, make_folder, remove_folder);
	tcase_add_test(c, lookups_find_plans_and_senders);
	tcase_add_test(c, a_login_has_a_fingerprint);
	tcase_add_test(c, senders_open_takes_only_a_cdb);
	tcase_add_test(c, a_file_cut_short_is_not_opened);
	tcase_add_test(c, a_changed_octet_makes_no_other_address_a_sender);
	tcase_add_test(c, a_table_larger_than_the_file_is_damage);
	suite_add_tcase(s, c);
	return s;
}
