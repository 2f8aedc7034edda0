/* The web folder: each image once, whole, readable by a web server. */
#include "import/webfolder.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HASH "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" /* of "abc" */

static char web[sizeof unit_folder + 8];

static void set_up(void)
{
	unit_make_folder();
	snprintf(web, sizeof web, "%s/web", unit_folder);
}

static struct stat stat_of(char const *name)
{
	char path[300];
	struct stat st = {.st_mode = 0};
	snprintf(path, sizeof path, "%s/%s", web, name);
	if (lstat(path, &st) < 0)
		st.st_mode = 0;
	return st;
}

/* Names in i/, hidden ones included. */
static unsigned int count(void)
{
	char path[200];
	unsigned int n = 0;
	snprintf(path, sizeof path, "%s/i", web);
	DIR *d = opendir(path);
	ck_assert(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	closedir(d);
	return n;
}

static void write_to(char const *name, char const *s)
{
	char path[300];
	snprintf(path, sizeof path, "%s/%s", web, name);
	FILE *f = fopen(path, "w");
	ck_assert(f && fputs(s, f) >= 0 && !fclose(f));
}

static void put(struct webfolder *w)
{
	char hash[WEBFOLDER_HEX], path[WEBFOLDER_PATH];
	ck_assert(webfolder_put(w, "webp", "abc", 3, hash, path));
	ck_assert_str_eq(hash, HASH);
	ck_assert_str_eq(path, "i/" HASH ".webp");
	ck_assert(webfolder_sync(w));
}

START_TEST(new_makes_no_folder)
{
	struct webfolder *w = webfolder_new(web);
	ck_assert(webfolder_sync(w));
	ck_assert(!stat_of("").st_mode);
	webfolder_free(w);
	webfolder_free(NULL);
}
END_TEST

START_TEST(put_writes_an_image_once)
{
	umask(077);
	struct webfolder *w = webfolder_new(web);
	put(w);
	ck_assert_uint_eq(stat_of("").st_mode, S_IFDIR | 0755);
	ck_assert_uint_eq(stat_of("i").st_mode, S_IFDIR | 0755);
	struct stat first = stat_of("i/" HASH ".webp");
	ck_assert_uint_eq(first.st_mode, S_IFREG | 0644);
	ck_assert_int_eq(first.st_size, 3);
	put(w);
	webfolder_free(w);
	w = webfolder_new(web);
	put(w);
	ck_assert(stat_of("i/" HASH ".webp").st_ino == first.st_ino);
	ck_assert_uint_eq(count(), 1);
	webfolder_free(w);
}
END_TEST

START_TEST(new_keeps_the_path)
{
	strcat(web, "//");
	struct webfolder *w = webfolder_new(web);
	put(w);
	webfolder_free(w);
	ck_assert(!chdir(unit_folder));
	strcpy(web, "relative");
	w = webfolder_new(web);
	put(w);
	ck_assert_uint_eq(count(), 1);
	webfolder_free(w);
}
END_TEST

/* The remains of a crash, or of a damaged disk. */
START_TEST(put_replaces_a_damaged_image)
{
	struct webfolder *w = webfolder_new(web);
	put(w);
	char path[300];
	snprintf(path, sizeof path, "%s/i/%s.webp", web, HASH);
	ck_assert(!unlink(path));
	write_to("i/." HASH ".webp.part", "half of something longer");
	put(w);
	ck_assert_int_eq(stat_of("i/" HASH ".webp").st_size, 3);
	ck_assert_uint_eq(count(), 1);
	write_to("i/" HASH ".webp", "");
	put(w);
	ck_assert_int_eq(stat_of("i/" HASH ".webp").st_size, 3);
	ck_assert_uint_eq(count(), 1);
	webfolder_free(w);
}
END_TEST

/* Images must not go where no web server looks for them. */
START_TEST(put_writes_to_the_folder_that_replaced_the_old)
{
	char old[130], part[130];
	struct webfolder *w = webfolder_new(web);
	put(w);
	snprintf(old, sizeof old, "%s.old", web);
	ck_assert(!rename(web, old));
	put(w);
	ck_assert_int_eq(stat_of("i/" HASH ".webp").st_size, 3);
	snprintf(old, sizeof old, "%s/i.old", web);
	snprintf(part, sizeof part, "%s/i", web);
	ck_assert(!rename(part, old) && !mkdir(part, 0755));
	put(w);
	ck_assert_int_eq(stat_of("i/" HASH ".webp").st_size, 3);
	webfolder_free(w);
}
END_TEST

START_TEST(failures_set_errno)
{
	char hash[WEBFOLDER_HEX], path[WEBFOLDER_PATH];
	struct webfolder *w = webfolder_new("/nonexistent/web");
	ck_assert(!webfolder_put(w, "png", "abc", 3, hash, path));
	ck_assert_int_eq(errno, ENOENT);
	webfolder_free(w);
	ck_assert(!mkdir(web, 0755));
	write_to("i", "no folder");
	w = webfolder_new(web);
	ck_assert(!webfolder_put(w, "png", "abc", 3, hash, path));
	ck_assert_int_eq(errno, ENOTDIR);
	webfolder_free(w);
}
END_TEST

/* A symbolic link in place of the hidden file must not lead out of the folder. */
START_TEST(put_follows_no_symbolic_link)
{
	char hash[WEBFOLDER_HEX], path[WEBFOLDER_PATH], to[300], from[400];
	struct webfolder *w = webfolder_new(web);
	put(w);
	snprintf(to, sizeof to, "%s/victim", unit_folder);
	snprintf(from, sizeof from, "%s/i/.%s.png.part", web, HASH);
	ck_assert(!symlink(to, from));
	ck_assert(!webfolder_put(w, "png", "abc", 3, hash, path));
	ck_assert_int_eq(errno, ELOOP);
	ck_assert(access(to, F_OK) < 0);
	webfolder_free(w);
}
END_TEST

/* Several writers of the same images at once: each sees every file whole. */
START_TEST(processes_can_share_a_folder)
{
	enum { WRITERS = 4, IMAGES = 40, SIZE = 20000 };
	for (int k = 0; k < WRITERS; k++) {
		if (fork())
			continue;
		struct webfolder *w = webfolder_new(web);
		char *s = malloc(SIZE), hash[WEBFOLDER_HEX], path[WEBFOLDER_PATH];
		for (int i = 0; i < IMAGES; i++) {
			memset(s, i, SIZE);
			if (!webfolder_put(w, "png", s, SIZE, hash, path) || stat_of(path).st_size != SIZE)
				_exit(1);
		}
		int code = !webfolder_sync(w);
		webfolder_free(w);
		free(s);
		_exit(code);
	}
	for (int k = 0; k < WRITERS; k++) {
		int status;
		ck_assert(wait(&status) > 0);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_uint_eq(count(), IMAGES);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("webfolder");
	TCase *c = unit_case("webfolder");
	tcase_add_checked_fixture(c, set_up, unit_remove_folder);
	tcase_add_test(c, new_makes_no_folder);
	tcase_add_test(c, put_writes_an_image_once);
	tcase_add_test(c, new_keeps_the_path);
	tcase_add_test(c, put_replaces_a_damaged_image);
	tcase_add_test(c, put_writes_to_the_folder_that_replaced_the_old);
	tcase_add_test(c, failures_set_errno);
	tcase_add_test(c, put_follows_no_symbolic_link);
	tcase_add_test(c, processes_can_share_a_folder);
	suite_add_tcase(s, c);
	return s;
}
