/* Locks: waiting for them with a limit. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "spool/lock.h"

#include "base/ascii.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A key's lock is the octet of `lock` at the value of the key's first 15 digits: two keys
   that share an octet only wait for each other. The importer's octet is above them. */
#define KEY_DIGITS 15
#define KEYS_END ((off_t)1 << 60)

/* The first and the longest sleep between two tries. */
#define SLEEP_MIN 50000L
#define SLEEP_MAX 10000000L

unsigned int spool_lock_limit = 60000;
volatile sig_atomic_t const *spool_lock_stop;

static char blocked[160]; /* the last lock that this process did not get, or "" */

/* 1: taken; 0: another process has it; -1: errno. */
static int try_lock(int fd, off_t at, off_t n)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = n};
	int r;
	do
		r = fcntl(fd, F_SETLK, &lock);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return 1;
	return errno == EAGAIN || errno == EACCES ? 0 : -1;
}

static void note_holder(int fd, off_t at, off_t n, char const *name)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = n};
	int e = errno;
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
		snprintf(blocked, sizeof blocked, "%s is held by process %ld", name, (long)lock.l_pid);
	else
		snprintf(blocked, sizeof blocked, "%s was held by a process that has released it since", name);
	errno = e;
}

char const *spool_error(int error)
{
	static char text[sizeof blocked + 100];
	bool was_blocked = blocked[0] && (error == ETIMEDOUT || error == EINTR);
	snprintf(text, sizeof text, "%s%s%s", was_blocked ? blocked : "", was_blocked ? ": " : "", strerror(error));
	return text;
}

/* F_SETLKW would need a timer signal for the limit. Most waits are for microseconds. */
bool lock_take(int fd, off_t at, off_t n, char const *name)
{
	long sleep = SLEEP_MIN;
	uint64_t limit = 0;
	blocked[0] = 0;
	for (int r; (r = try_lock(fd, at, n)) <= 0;) {
		struct timespec t = {0, sleep};
		uint64_t now = clock_ms();
		if (r < 0)
			return false;
		if (!limit)
			limit = now + spool_lock_limit;
		bool is_late = now >= limit;
		if (is_late || (spool_lock_stop && *spool_lock_stop)) {
			errno = is_late ? ETIMEDOUT : EINTR;
			note_holder(fd, at, n, name);
			return false;
		}
		nanosleep(&t, NULL); /* EINTR alone does not tell: a signal may also come before the sleep */
		sleep = sleep < SLEEP_MAX / 2 ? sleep * 2 : SLEEP_MAX;
	}
	return true;
}

/* Keeps errno, unless the lock cannot be released: then false. */
static bool release_lock(int fd, off_t at, off_t n)
{
	struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = n};
	int r, e = errno;
	do
		r = fcntl(fd, F_SETLK, &lock);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return false;
	errno = e;
	return true;
}

static off_t offset_of(char const *key)
{
	off_t at = 0;
	for (int i = 0; i < KEY_DIGITS; i++)
		at = at * 16 + ascii_hex(key[i]);
	return at;
}

bool spool_lock(struct spool const *sp, char const *key)
{
	char name[100];
	snprintf(name, sizeof name, "the lock of %.16s", key);
	return lock_take(sp->lock, offset_of(key), 1, name);
}

bool spool_unlock(struct spool const *sp, char const *key)
{
	return release_lock(sp->lock, offset_of(key), 1);
}

bool spool_lock_all(struct spool const *sp)
{
	return lock_take(sp->lock, 0, KEYS_END, "the lock of a file that is being spooled");
}

bool spool_unlock_all(struct spool const *sp)
{
	return release_lock(sp->lock, 0, KEYS_END);
}

int spool_import_lock(struct spool *sp)
{
	return try_lock(sp->lock, KEYS_END, 1);
}
