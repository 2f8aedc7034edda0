/* Constant databases: written, read, and damaged in every way. */
#include "base/cdb.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "test.cdb"
#define PUT(w, key, value) ck_assert(cdb_write_add(&w, key, sizeof key - 1, value, sizeof value - 1))

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

static void write_file(void)
{
	struct cdb_write w;
	ck_assert(cdb_write_start(&w, dir, FILE_NAME));
	PUT(w, "one", "first");
	PUT(w, "", "of the empty key");
	PUT(w, "empty", "");
	PUT(w, "k", "1");
	PUT(w, "x", "0");
	PUT(w, "k", "2");
	PUT(w, "k", "3");
	ck_assert(cdb_write_finish(&w, 0640));
	ck_assert(cdb_write_replace(&w));
	cdb_write_abandon(&w);
}

static bool has_value(struct cdb_file const *f, char const *key, char const *wanted)
{
	char const *value;
	size_t len;
	return cdb_file_find(f, key, strlen(key), &value, &len) == CDB_FILE_FOUND
		&& len == strlen(wanted) && memcmp(value, wanted, len) == 0;
}

START_TEST(written_records_are_found)
{
	struct cdb_file f = CDB_FILE_ZERO;
	char const *value;
	size_t len;
	write_file();
	ck_assert(cdb_file_open(&f, FILE_NAME));
	ck_assert(has_value(&f, "one", "first") && has_value(&f, "", "of the empty key") && has_value(&f, "empty", ""));
	ck_assert_int_eq(cdb_file_find(&f, "none", 4, &value, &len), CDB_FILE_NONE);
	ck_assert_int_eq(cdb_file_find(&f, "on", 2, &value, &len), CDB_FILE_NONE);
	cdb_file_close(&f);
}
END_TEST

START_TEST(records_of_one_key_keep_their_order)
{
	struct cdb_file f = CDB_FILE_ZERO;
	cdb_find_state state = CDB_FIND_STATE_ZERO;
	char const *value;
	size_t len;
	write_file();
	ck_assert(cdb_file_open(&f, FILE_NAME));
	for (char c = '1'; c <= '3'; c++) {
		ck_assert_int_eq(cdb_file_next(&f, "k", 1, &state, &value, &len), CDB_FILE_FOUND);
		ck_assert(len == 1 && *value == c);
	}
	ck_assert_int_eq(cdb_file_next(&f, "k", 1, &state, &value, &len), CDB_FILE_NONE);
	cdb_file_close(&f);
}
END_TEST

START_TEST(a_cdb_holds_more_records_than_a_stack)
{
	struct cdb_write w;
	struct cdb_file f = CDB_FILE_ZERO;
	char const *value;
	size_t len;
	uint32_t const many = unit_size(1200000); /* slots for so many exceed a stack of 8 MiB */
	uint32_t wrong = 0;
	ck_assert(cdb_write_start(&w, dir, FILE_NAME));
	for (uint32_t i = 0; i < many; i++)
		wrong += !cdb_write_add(&w, (char *)&i, sizeof i, (char *)&i, sizeof i);
	ck_assert(cdb_write_finish(&w, 0644));
	ck_assert(cdb_write_replace(&w));
	cdb_write_abandon(&w);
	ck_assert(cdb_file_open(&f, FILE_NAME));
	for (uint32_t i = 0; i < many; i++)
		wrong += cdb_file_find(&f, (char *)&i, sizeof i, &value, &len) != CDB_FILE_FOUND
			|| len != sizeof i || memcmp(value, &i, len) != 0;
	for (uint32_t i = many; i < many + 1000; i++)
		wrong += cdb_file_find(&f, (char *)&i, sizeof i, &value, &len) != CDB_FILE_NONE;
	ck_assert_uint_eq(wrong, 0);
	cdb_file_close(&f);
}
END_TEST

START_TEST(cdb_write_abandon_keeps_the_old_file)
{
	struct cdb_write w;
	struct stat before, after;
	write_file();
	ck_assert_int_eq(stat(FILE_NAME, &before), 0);
	ck_assert(cdb_write_start(&w, dir, FILE_NAME));
	PUT(w, "k", "1");
	cdb_write_abandon(&w);
	ck_assert_int_eq(access(FILE_NAME ".new", F_OK), -1);
	ck_assert_int_eq(stat(FILE_NAME, &after), 0);
	ck_assert(before.st_ino == after.st_ino && before.st_size == after.st_size);
}
END_TEST

START_TEST(a_new_file_has_the_mode_of_the_old_one)
{
	struct stat st;
	write_file();
	ck_assert_int_eq(stat(FILE_NAME, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	ck_assert_int_eq(chmod(FILE_NAME, 0604), 0);
	write_file();
	ck_assert_int_eq(stat(FILE_NAME, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0604);
}
END_TEST

START_TEST(the_file_of_a_killed_writer_is_replaced)
{
	int fd = open(FILE_NAME ".new", O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(write(fd, "half", 4), 4);
	close(fd);
	write_file();
	ck_assert_int_eq(access(FILE_NAME ".new", F_OK), -1);
}
END_TEST

START_TEST(a_directory_is_neither_read_nor_replaced)
{
	struct cdb_write w;
	struct cdb_file f = CDB_FILE_ZERO;
	ck_assert_int_eq(mkdir(FILE_NAME, 0700), 0);
	ck_assert(!cdb_file_open(&f, FILE_NAME) && errno == EINVAL);
	ck_assert(cdb_write_start(&w, dir, FILE_NAME));
	ck_assert(!cdb_write_finish(&w, 0600) && errno == EINVAL);
	cdb_write_abandon(&w);
	ck_assert_int_eq(rmdir(FILE_NAME), 0);
}
END_TEST

START_TEST(a_missing_file_is_enoent)
{
	struct cdb_file f = CDB_FILE_ZERO;
	ck_assert(!cdb_file_open(&f, FILE_NAME) && errno == ENOENT);
}
END_TEST

/* Looks up every key: the sanitizers find a read beyond the file. */
static void look_everywhere(struct cdb_file const *f)
{
	static char const *const keys[] = {"one", "", "empty", "k", "x", "none"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		cdb_find_state state = CDB_FIND_STATE_ZERO;
		char const *value;
		size_t len, found = 0;
		unsigned sum = 0;
		while (found < 100 && cdb_file_next(f, keys[i], strlen(keys[i]), &state, &value, &len) == CDB_FILE_FOUND) {
			for (size_t k = 0; k < len; k++)
				sum += (unsigned char)value[k]; /* the sanitizer finds a read beyond the file */
			found++;
		}
		ck_assert_uint_lt(found, 100);
		(void)sum;
	}
}

START_TEST(a_file_cut_short_is_refused)
{
	struct cdb_file f = CDB_FILE_ZERO;
	struct stat st;
	write_file();
	ck_assert_int_eq(stat(FILE_NAME, &st), 0);
	for (off_t size = st.st_size - 1; size >= 0; size--) {
		ck_assert_int_eq(truncate(FILE_NAME, size), 0);
		ck_assert_msg(!cdb_file_open(&f, FILE_NAME) && errno == EINVAL, "%lld octets", (long long)size);
	}
}
END_TEST

START_TEST(a_changed_octet_is_never_read_beyond_the_file)
{
	struct stat st;
	write_file();
	ck_assert_int_eq(stat(FILE_NAME, &st), 0);
	int fd = open(FILE_NAME, O_RDWR);
	ck_assert_int_ge(fd, 0);
	for (off_t at = 0; at < st.st_size; at++) {
		static unsigned char const masks[] = {0x01, 0x80, 0xff};
		unsigned char was, c;
		ck_assert_int_eq(pread(fd, &was, 1, at), 1);
		for (size_t i = 0; i < sizeof masks; i++) {
			struct cdb_file f = CDB_FILE_ZERO;
			c = was ^ masks[i];
			ck_assert_int_eq(pwrite(fd, &c, 1, at), 1);
			if (cdb_file_open(&f, FILE_NAME)) {
				look_everywhere(&f);
				cdb_file_close(&f);
			}
		}
		ck_assert_int_eq(pwrite(fd, &was, 1, at), 1);
	}
	close(fd);
}
END_TEST

static void write_one(char const *key, char const *value)
{
	struct cdb_write w;
	ck_assert(cdb_write_start(&w, dir, FILE_NAME));
	ck_assert(cdb_write_add(&w, key, strlen(key), value, strlen(value)));
	ck_assert(cdb_write_finish(&w, 0640));
	ck_assert(cdb_write_replace(&w));
	cdb_write_abandon(&w);
}

START_TEST(a_map_is_kept_until_another_file_has_its_name)
{
	struct cdb_file f = CDB_FILE_ZERO;
	ck_assert(!cdb_file_update(&f, FILE_NAME));
	ck_assert_int_eq(errno, ENOENT);
	write_one("a", "1");
	ck_assert(cdb_file_update(&f, FILE_NAME));
	ck_assert(has_value(&f, "a", "1"));
	char const *map = f.map.map;
	ck_assert(cdb_file_update(&f, FILE_NAME));
	ck_assert_ptr_eq(f.map.map, map);
	for (int i = 0; i < 100; i++) { /* each new file has the same size, and may have the same inode */
		write_one("a", i % 2 ? "1" : "2");
		ck_assert(cdb_file_update(&f, FILE_NAME));
		ck_assert(has_value(&f, "a", i % 2 ? "1" : "2"));
	}
	ck_assert_int_eq(truncate(FILE_NAME, 100), 0);
	ck_assert(!cdb_file_update(&f, FILE_NAME));
	ck_assert_int_eq(errno, EINVAL);
	ck_assert(!cdb_file_update(&f, FILE_NAME));
	unlink(FILE_NAME);
	ck_assert(!cdb_file_update(&f, FILE_NAME));
	ck_assert_int_eq(errno, ENOENT);
	write_one("a", "3");
	ck_assert(cdb_file_update(&f, FILE_NAME));
	ck_assert(has_value(&f, "a", "3"));
	cdb_file_close(&f);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("cdb");
	TCase *c = unit_case("cdb");
	tcase_add_checked_fixture(c, make_folder, remove_folder);
	tcase_add_test(c, written_records_are_found);
	tcase_add_test(c, records_of_one_key_keep_their_order);
	tcase_add_test(c, a_cdb_holds_more_records_than_a_stack);
	tcase_add_test(c, cdb_write_abandon_keeps_the_old_file);
	tcase_add_test(c, a_new_file_has_the_mode_of_the_old_one);
	tcase_add_test(c, the_file_of_a_killed_writer_is_replaced);
	tcase_add_test(c, a_directory_is_neither_read_nor_replaced);
	tcase_add_test(c, a_missing_file_is_enoent);
	tcase_add_test(c, a_file_cut_short_is_refused);
	tcase_add_test(c, a_map_is_kept_until_another_file_has_its_name);
	tcase_add_test(c, a_changed_octet_is_never_read_beyond_the_file);
	suite_add_tcase(s, c);
	return s;
}
