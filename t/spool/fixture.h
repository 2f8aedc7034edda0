/* A fresh spool for each test, and files in it. */
#define _GNU_SOURCE
#include "base/fd.h"
#include "spool/spool.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "fa8896c2351f8b7e73ac3a3d209c6ac5"
#define ID2 "00000000000000000000000000000002"
#define KEY "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
#define KEY2 "0000000000000000000000000000000000000000000000000000000000000001"
#define NOW 1378987159 /* 2013-09-12T11:59:19Z */

static char root[sizeof unit_folder + 8];
static struct spool sp;

static void make_spool(void)
{
	unit_make_folder();
	sprintf(root, "%s/spool", unit_folder);
	ck_assert(spool_open_or_begin(&sp, root));
}

static void remove_spool(void)
{
	spool_close(&sp);
	unit_remove_folder();
}

static inline void put(char const *path, char const *text)
{
	int fd = openat(sp.fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert(fd_write_all(fd, text, strlen(text)));
	close(fd);
}

/* Makes a file with a number and an id. send 0: only contacts. */
static inline void put_file(char const *path, unsigned int send, char const *id)
{
	char text[400], number[64] = "";
	if (send)
		sprintf(number, "X-Saca-Send: %u\n", send);
	snprintf(text, sizeof text, "Return-Path: <r@d.es>\n%sX-Saca-Id: %s\nX-Saca-User: v.acme\n", number, id);
	put(path, text);
}

static inline bool exists(char const *path)
{
	return faccessat(sp.fd, path, F_OK, 0) == 0;
}

/* The content of a file, in memory of this function's own; NULL: it cannot be read. */
static inline char const *content(char const *path)
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

/* Dates a file so many seconds before NOW. */
static inline void set_age(char const *path, time_t seconds)
{
	struct timespec const times[2] = {{NOW - seconds, 0}, {NOW - seconds, 0}};
	ck_assert_int_eq(utimensat(sp.fd, path, times, 0), 0);
}

/* A test case whose tests have a fresh spool each. */
static inline TCase *spool_case(Suite *s, char const *name)
{
	TCase *c = unit_case(name);
	tcase_add_checked_fixture(c, make_spool, remove_spool);
	suite_add_tcase(s, c);
	return c;
}
