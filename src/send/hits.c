/* Writing hits. */
#define _GNU_SOURCE /* flock */
#include "send/hits.h"

#include "base/ascii.h"
#include "base/date.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	NAME_MAX_OCTETS = 96,
	HOUR_END = sizeof "2013-09-12T11" - 1, /* of a date of date_iso */
	MODE = 0660,
	TRIES = 100
};

bool hits_host(char out[HITS_HOST])
{
	size_t n = 0;
	if (gethostname(out, HITS_HOST) < 0 && errno != ENAMETOOLONG)
		return false;
	out[HITS_HOST - 1] = 0;
	for (; out[n]; n++)
		if (!ascii_is_alpha(out[n]) && !ascii_is_digit(out[n]) && !strchr(".-", out[n]))
			out[n] = '-';
	if (n == 0)
		out[1] = 0;
	if (n == 0 || out[0] == '.')
		out[0] = 'h';
	return true;
}

/* Writes `HOST.YYYYMMDDHH`. */
static bool name_file(char out[NAME_MAX_OCTETS], time_t now)
{
	struct tm tm;
	if (!hits_host(out))
		return false;
	size_t n = strlen(out);
	char date[DATE_ISO];
	if (!date_utc(&tm, now) || !date_iso(date, &tm))
		return false;
	/* strftime would read the file of the time zone */
	out[n++] = '.';
	for (size_t i = 0; i < HOUR_END; i++)
		if (ascii_is_digit(date[i]))
			out[n++] = date[i];
	out[n] = 0;
	return true;
}

/* Opens the file under a shared lock. -1: errno. */
static int open_locked(int dir, char const *name)
{
	int const flags = O_WRONLY | O_APPEND | O_NONBLOCK; /* a FIFO of that name must not block */
	for (int i = 0; i < TRIES; i++) {
		struct stat st;
		int fd = fd_openat(dir, name, flags, 0);
		bool fresh = fd < 0 && errno == ENOENT;
		if (fresh)
			fd = fd_openat(dir, name, flags | O_CREAT | O_EXCL, MODE);
		if (fd < 0 && errno == EEXIST)
			continue; /* another process made the file between both calls */
		if (fd < 0)
			return -1;
		int r;
		do
			r = flock(fd, LOCK_SH);
		while (r < 0 && errno == EINTR);
		/* The umask is the web server's: the group has to read and write. */
		if (r < 0 || fstat(fd, &st) < 0 || (fresh && fchmod(fd, MODE) < 0)) {
			fd_close(fd);
			return -1;
		}
		if (st.st_nlink > 0)
			return fd;
		close(fd);
	}
	errno = EBUSY;
	return -1;
}

bool hits_append(char const *folder, struct hit const *h, bool synced)
{
	char name[NAME_MAX_OCTETS], line[HIT_SIZE];
	size_t n = hit_format(line, h);
	bool done = false;
	if (!name_file(name, (time_t)h->seconds))
		return false;
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return false;
	int fd = open_locked(dir, name);
	if (fd >= 0) {
		ssize_t w;
		do
			w = write(fd, line, n);
		while (w < 0 && errno == EINTR);
		if (w >= 0 && (size_t)w < n)
			errno = ENOSPC;
		/* the folder too: the process that made the file may not have synced its name */
		done = w == (ssize_t)n && (!synced || (fd_datasync(fd) && fd_fsync(dir)));
		fd_close(fd);
	}
	fd_close(dir);
	return done;
}
