/* Taking files out of the spool. One process does it at a time (the importer's lock), and
   each removal or move happens under its key's lock, so that a spooler looking for the
   same key sees the file, or the synced seen/KEY, and never neither. */
#include "spool/spool.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/date.h"
#include "spool/seen_text.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES 400    /* in one seen/ entry: below 56 KB, which is what its readers read */
#define NAME 255     /* octets of a file's name */
#define SUFFIXES 999 /* numbers behind a name in failed/ or done/, before the clock's */
#define STEM 200     /* octets of a name that has the clock's number behind it */
#define REASON 1000  /* octets of a reason that are kept */

/* --- seen/ -------------------------------------------------------------------------- */

static bool leaves_seen(struct spool_retired const *f)
{
	return f->id && f->send && spool_key_length(f->name);
}

/* A synced file under tmp/, called `name`, with that content. */
static bool write_temp(int tmp, char const *name, char const *s, size_t n)
{
	/* What a dead process left may have other names by now: it is not to be written to. */
	if (unlinkat(tmp, name, 0) < 0 && errno != ENOENT)
		return false;
	int fd = fd_openat(tmp, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return false;
	bool fine = fd_write_all(fd, s, n) && fd_fsync(fd);
	fd_close(fd);
	return fine;
}

static bool link_seen(int tmp, int seen, struct spool_retired const *files, size_t n)
{
	char key[SPOOL_KEY];
	for (size_t i = 0; i < n; i++) {
		if (!leaves_seen(&files[i]))
			continue;
		spool_key_of(key, files[i].name);
		if (linkat(tmp, "seen", seen, key, 0) < 0 && errno != EEXIST)
			return false;
	}
	return fd_fsync(seen);
}

/* One file with a line for each, under the names of all. */
static bool write_seen(int tmp, int seen, struct spool_retired const *files, size_t n, char const *date)
{
	struct buf text = BUF_ZERO;
	char key[SPOOL_KEY];
	bool fine = true;
	for (size_t i = 0; fine && i < n; i++) {
		if (!leaves_seen(&files[i]))
			continue;
		spool_key_of(key, files[i].name);
		fine = seen_put(&text, key, files[i].send, files[i].id, date);
	}
	if (!fine)
		errno = ENOMEM;
	if (fine && text.len)
		fine = write_temp(tmp, "seen", text.s, text.len) && link_seen(tmp, seen, files, n)
			&& unlinkat(tmp, "seen", 0) == 0;
	buf_free(&text);
	return fine;
}

static bool remember(struct spool const *sp, struct spool_retired const *files, size_t n, char const *date)
{
	bool fine = false;
	int tmp = spool_folder_open(sp, SPOOL_TMP);
	int seen = tmp >= 0 ? spool_folder_open(sp, SPOOL_SEEN) : -1;
	if (seen >= 0) {
		fine = true;
		for (size_t at = 0; fine && at < n; at += LINES)
			fine = write_seen(tmp, seen, files + at, n - at < LINES ? n - at : LINES, date);
		fd_close(seen);
	}
	if (tmp >= 0)
		fd_close(tmp);
	return fine;
}

static bool date_of(char date[DATE_ISO], time_t now)
{
	struct tm tm;
	if (date_utc(&tm, now) && date_iso(date, &tm))
		return true;
	errno = EOVERFLOW;
	return false;
}

/* --- Removing and moving ------------------------------------------------------------ */

/* The path of a file in the spool. False: ENAMETOOLONG. */
static bool path_of(char path[NAME + 16], enum spool_folder folder, char const *name)
{
	int n = snprintf(path, NAME + 16, "%s/%s", spool_folders[folder], name);
	if (n >= 0 && n < NAME + 16)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

/* Under the key's lock: removes `from`, or moves it to `to` if that is not NULL. What is
   gone already, or renamed by a mail reader since, is met again on the next run. */
static bool take_out(struct spool const *sp, char const *name, char const *from, char const *to)
{
	char key[SPOOL_KEY];
	bool ours = spool_key_length(name) != 0;
	if (ours) {
		spool_key_of(key, name);
		if (!spool_lock(sp, key))
			return false;
	}
	int r = to ? renameat(sp->fd, from, sp->fd, to) : unlinkat(sp->fd, from, 0);
	bool fine = r == 0 || errno == ENOENT;
	int e = errno;
	if (ours && !spool_unlock(sp, key))
		return false;
	errno = e;
	return fine;
}

static unsigned long long clock_number(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (unsigned long long)t.tv_sec * 1000000000 + (unsigned long long)t.tv_nsec;
}

/* A name for `name` in folder that is free: its key, or its key with a number behind it,
   which is the clock's where the small ones are taken: they must not run out, since a file
   that cannot leave the spool keeps all others in it. Only the importer makes names there,
   so it stays free. */
static bool free_name(struct spool const *sp, enum spool_folder folder, char const *name, char out[NAME + 8])
{
	struct stat st;
	char path[NAME + 16];
	size_t n = spool_key_length(name);
	if (n == 0)
		n = strnlen(name, NAME);
	for (unsigned long long i = 0;; i++) {
		if (i > SUFFIXES && n > STEM)
			n = STEM;
		if (i == 0)
			snprintf(out, NAME + 8, "%.*s", (int)n, name);
		else
			snprintf(out, NAME + 8, "%.*s.%llu", (int)n, name, i <= SUFFIXES ? i : clock_number());
		if (!path_of(path, folder, out))
			return false;
		if (fstatat(sp->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT;
	}
}

static bool keep_or_remove(struct spool const *sp, struct spool_retired const *f, bool keep)
{
	char from[NAME + 16], to[NAME + 16], name[NAME + 8];
	if (!path_of(from, f->folder, f->name))
		return false;
	if (!keep)
		return take_out(sp, f->name, from, NULL);
	return free_name(sp, SPOOL_DONE, f->name, name) && path_of(to, SPOOL_DONE, name)
		&& take_out(sp, f->name, from, to);
}

static bool sync_folder(struct spool const *sp, enum spool_folder folder)
{
	int dir = spool_folder_open(sp, folder);
	bool fine = dir >= 0 && fd_fsync(dir);
	if (dir >= 0)
		fd_close(dir);
	return fine;
}

bool spool_retire(struct spool const *sp, struct spool_retired const *files, size_t n,
	bool keep, time_t now)
{
	char date[DATE_ISO];
	if (!date_of(date, now) || !remember(sp, files, n, date))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!keep_or_remove(sp, &files[i], keep))
			return false;
	return !keep || n == 0 || sync_folder(sp, SPOOL_DONE);
}

/* --- failed/ ------------------------------------------------------------------------ */

static bool write_reason(struct spool const *sp, char const *name, char const *date, char const *reason)
{
	char path[NAME + 32], text[DATE_ISO + REASON + 2];
	int n = snprintf(text, sizeof text - 1, "%s %.*s", date, REASON, reason);
	for (int i = 0; i < n; i++)
		if (!ascii_is_print(text[i]))
			text[i] = '?';
	text[n++] = '\n';
	int tmp = spool_folder_open(sp, SPOOL_TMP);
	if (tmp < 0)
		return false;
	snprintf(path, sizeof path, "%s/%s.reason", spool_folders[SPOOL_FAILED], name);
	bool fine = write_temp(tmp, "reason", text, (size_t)n)
		&& renameat(tmp, "reason", sp->fd, path) == 0;
	fd_close(tmp);
	return fine;
}

/* The reason first: a file in failed/ always has one. */
static bool move_aside(struct spool const *sp, struct spool_retired const *file,
	char const *reason, char const *date)
{
	char from[NAME + 16], to[NAME + 16], name[NAME + 8];
	struct stat st;
	if (!path_of(from, file->folder, file->name))
		return false;
	if (fstatat(sp->fd, from, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT;
	return remember(sp, file, 1, date)
		&& free_name(sp, SPOOL_FAILED, file->name, name) && path_of(to, SPOOL_FAILED, name)
		&& write_reason(sp, name, date, reason)
		&& (renameat(sp->fd, from, sp->fd, to) == 0 || errno == ENOENT)
		&& sync_folder(sp, SPOOL_FAILED);
}

/* All of it under the key's lock. Here nothing but the file holds the message: had an operator
   dropped it half-way, what is remembered of it would answer for a send that nobody has. */
bool spool_set_aside(struct spool const *sp, struct spool_retired const *file,
	char const *reason, time_t now)
{
	char date[DATE_ISO], key[SPOOL_KEY];
	if (!date_of(date, now))
		return false;
	if (!spool_key_length(file->name))
		return move_aside(sp, file, reason, date);
	spool_key_of(key, file->name);
	if (!spool_lock(sp, key))
		return false;
	bool fine = move_aside(sp, file, reason, date);
	int e = errno;
	if (!spool_unlock(sp, key))
		return false;
	errno = e;
	return fine;
}
