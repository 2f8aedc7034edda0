/* Removing imported files, and setting others aside. */
#include "spool/retire.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/fd.h"
#include "spool/lock.h"
#include "spool/name.h"
#include "spool/seen_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES 400    /* lines of a seen/ entry: 56 KB, of the 64 KB that find.c reads */
#define NAME 264     /* octets of a name with a number after it, and a NUL */
#define NUMBERS 999  /* the largest number after a name, before the clock's is used */
#define STEM 200     /* octets of a name that get the clock's number */
#define REASON 1000  /* octets of a reason that are written */

/* --- seen/ -------------------------------------------------------------------------- */

/* Does the file get an entry in seen/? Contacts alone have no repeats. */
static bool needs_seen(struct spool_retired const *f)
{
	return f->id && f->send && spool_key_length(f->name);
}

/* Writes tmp/NAME and syncs it. */
static bool write_temp(int tmp, char const *name, char const *s, size_t n)
{
	/* A file that a dead process left may be linked elsewhere: do not write to it. */
	if (unlinkat(tmp, name, 0) < 0 && errno != ENOENT)
		return false;
	int fd = fd_openat(tmp, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return false;
	bool done = fd_write_all(fd, s, n) && fd_fsync(fd);
	fd_close(fd);
	return done;
}

static bool link_seen(int tmp, int seen, struct spool_retired const *files, size_t n)
{
	char key[SPOOL_KEY];
	for (size_t i = 0; i < n; i++) {
		if (!needs_seen(&files[i]))
			continue;
		spool_key_of(key, files[i].name);
		if (linkat(tmp, "seen", seen, key, 0) < 0 && errno != EEXIST)
			return false;
	}
	return fd_fsync(seen);
}

/* Writes one file with a line for each, and links it to the keys of all. */
static bool write_seen(int tmp, int seen, struct spool_retired const *files, size_t n, char const *date)
{
	struct buf text = BUF_ZERO;
	char key[SPOOL_KEY];
	bool done = true;
	for (size_t i = 0; done && i < n; i++) {
		if (!needs_seen(&files[i]))
			continue;
		spool_key_of(key, files[i].name);
		done = seen_put(&text, key, files[i].send, files[i].id, date);
	}
	if (!done)
		errno = ENOMEM;
	if (done && text.len)
		done = write_temp(tmp, "seen", text.s, text.len) && link_seen(tmp, seen, files, n)
			&& unlinkat(tmp, "seen", 0) == 0;
	buf_free(&text);
	return done;
}

/* Makes the entries in seen/, synced. */
static bool make_seen(struct spool const *sp, struct spool_retired const *files, size_t n, char const *date)
{
	bool done = false;
	int tmp = spool_folder_open(sp, SPOOL_TMP);
	int seen = tmp >= 0 ? spool_folder_open(sp, SPOOL_SEEN) : -1;
	if (seen >= 0) {
		done = true;
		for (size_t at = 0; done && at < n; at += LINES)
			done = write_seen(tmp, seen, files + at, n - at < LINES ? n - at : LINES, date);
		fd_close(seen);
	}
	if (tmp >= 0)
		fd_close(tmp);
	return done;
}

static bool format_date(char date[DATE_ISO], time_t now)
{
	struct tm tm;
	if (date_utc(&tm, now) && date_iso(date, &tm))
		return true;
	errno = EOVERFLOW;
	return false;
}

/* --- Removing and moving ------------------------------------------------------------ */

/* Removes `from`, or moves it to `to` if that is not NULL, with the key's lock. A file that is
   gone or was renamed is not an error: the next run looks again. */
static bool remove_or_move(struct spool const *sp, char const *name, char const *from, char const *to)
{
	char key[SPOOL_KEY];
	bool ours = spool_key_length(name) != 0;
	if (ours) {
		spool_key_of(key, name);
		if (!spool_lock(sp, key))
			return false;
	}
	int r = to ? renameat(sp->fd, from, sp->fd, to) : unlinkat(sp->fd, from, 0);
	bool done = r == 0 || errno == ENOENT;
	int e = errno;
	if (ours && !spool_unlock(sp, key))
		return false;
	errno = e;
	return done;
}

static unsigned long long clock_number(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (unsigned long long)t.tv_sec * 1000000000 + (unsigned long long)t.tv_nsec;
}

/* Finds a free name in folder: the key of `name`, or the key and a number. After NUMBERS
   the number is the clock's: a file must always find a name, or it would hold up all
   others. Only the importer makes names there, so the name stays free. */
static bool free_name(struct spool const *sp, enum spool_folder folder, char const *name, char out[NAME])
{
	struct stat st;
	char path[SPOOL_PATH];
	size_t n = spool_key_length(name);
	if (n == 0)
		n = strnlen(name, NAME - 1);
	for (unsigned long long i = 0;; i++) {
		if (i > NUMBERS && n > STEM)
			n = STEM;
		if (i == 0)
			snprintf(out, NAME, "%.*s", (int)n, name);
		else
			snprintf(out, NAME, "%.*s.%llu", (int)n, name, i <= NUMBERS ? i : clock_number());
		if (!spool_path(path, folder, out, ""))
			return false;
		if (fstatat(sp->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT;
	}
}

static bool keep_or_remove(struct spool const *sp, struct spool_retired const *f, bool keep)
{
	char from[SPOOL_PATH], to[SPOOL_PATH], name[NAME];
	if (!spool_path(from, f->folder, f->name, ""))
		return false;
	if (!keep)
		return remove_or_move(sp, f->name, from, NULL);
	return free_name(sp, SPOOL_DONE, f->name, name) && spool_path(to, SPOOL_DONE, name, "")
		&& remove_or_move(sp, f->name, from, to);
}

bool spool_retire(struct spool const *sp, struct spool_retired const *files, size_t n,
	bool keep, time_t now)
{
	char date[DATE_ISO];
	if (!format_date(date, now) || !make_seen(sp, files, n, date))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!keep_or_remove(sp, &files[i], keep))
			return false;
	return !keep || n == 0 || spool_folder_sync(sp, SPOOL_DONE);
}

/* --- failed/ ------------------------------------------------------------------------ */

static bool write_reason(struct spool const *sp, char const *name, char const *date, char const *reason)
{
	char path[SPOOL_PATH], text[DATE_ISO + REASON + 2];
	int n = snprintf(text, sizeof text - 1, "%s %.*s", date, REASON, reason);
	for (int i = 0; i < n; i++)
		if (!ascii_is_print(text[i]))
			text[i] = '?';
	text[n++] = '\n';
	int tmp = spool_folder_open(sp, SPOOL_TMP);
	if (tmp < 0)
		return false;
	bool done = spool_path(path, SPOOL_FAILED, name, ".reason") && write_temp(tmp, "reason", text, (size_t)n)
		&& renameat(tmp, "reason", sp->fd, path) == 0;
	fd_close(tmp);
	return done;
}

/* Writes the reason first, so that a file in failed/ always has one. */
static bool move_aside(struct spool const *sp, struct spool_retired const *file,
	char const *reason, char const *date)
{
	char from[SPOOL_PATH], to[SPOOL_PATH], name[NAME];
	struct stat st;
	if (!spool_path(from, file->folder, file->name, ""))
		return false;
	if (fstatat(sp->fd, from, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT;
	return make_seen(sp, file, 1, date)
		&& free_name(sp, SPOOL_FAILED, file->name, name) && spool_path(to, SPOOL_FAILED, name, "")
		&& write_reason(sp, name, date, reason)
		&& (renameat(sp->fd, from, sp->fd, to) == 0 || errno == ENOENT)
		&& spool_folder_sync(sp, SPOOL_FAILED);
}

/* All steps need the key's lock: if an operator dropped the file half-way, seen/KEY would
   answer for a send that is lost. */
bool spool_set_aside(struct spool const *sp, struct spool_retired const *file,
	char const *reason, time_t now)
{
	char date[DATE_ISO], key[SPOOL_KEY];
	if (!format_date(date, now))
		return false;
	if (!spool_key_length(file->name))
		return move_aside(sp, file, reason, date);
	spool_key_of(key, file->name);
	if (!spool_lock(sp, key))
		return false;
	bool done = move_aside(sp, file, reason, date);
	int e = errno;
	if (!spool_unlock(sp, key))
		return false;
	errno = e;
	return done;
}
