/* Removing old entries of seen/ and files of tmp/. */
#include "spool/expire.h"

#include "base/clock.h"
#include "base/num.h"
#include "spool/boot.h"
#include "spool/credit.h"
#include "spool/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR 3600

/* --- Whether the time of day was set forward --------------------------------------------- */

/* SPOOL/clock is the time of the last run: `BOOT SECONDS TIME`, the seconds since the boot,
   and since 1970, of 20 digits each. */
enum { SECONDS = BOOT_ID + 1, TIME = SECONDS + 20 + 1, SIZE = TIME + 20 + 1 };

/* Was the clock set forward? Between two runs under one boot the time of day must not advance
   more than the time since the boot. */
static bool has_jumped(char const *text, size_t n, time_t now, uint64_t seconds)
{
	uint64_t then_seconds, then;
	if (n != SIZE || memcmp(text, boot_id(), BOOT_ID) || text[0] == '-'
		|| !num_scan(text + SECONDS, 20, INT64_MAX, &then_seconds) || !num_scan(text + TIME, 20, INT64_MAX, &then)
		|| then_seconds > seconds)
		return false;
	return (uint64_t)now > then && (uint64_t)now - then > seconds - then_seconds + HOUR;
}

/* Compares with the last run, and notes this one. Not synced: a power cut ends the boot. */
static bool check_clock(struct spool const *sp, time_t now, bool *jumped)
{
	struct record r;
	char text[SIZE + 1];
	uint64_t seconds = clock_boot_seconds();
	if (!record_open(&r, sp, "clock", true))
		return false;
	ssize_t n = record_read(&r, text, sizeof text);
	*jumped = n >= 0 && has_jumped(text, (size_t)n, now, seconds);
	snprintf(text, sizeof text, "%.*s %020" PRIu64 " %020" PRIu64 "\n", BOOT_ID, boot_id(), seconds, (uint64_t)now);
	bool done = n >= 0 && record_write(&r, text, SIZE, 0);
	record_close(&r);
	return done;
}

/* --- Files ------------------------------------------------------------------------------- */

/* Removes a file that is older than `age`. Dates it now if it is from the future, or if the
   clock has jumped: its age is not known then, and must not keep it for years. */
static bool expire_file(int dir, char const *name, time_t now, time_t age, bool jumped)
{
	struct stat st;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT;
	if (S_ISDIR(st.st_mode))
		return true;
	if (jumped || (st.st_mtime > now && st.st_mtime - now > HOUR)) {
		struct timespec const times[2] = {{now, 0}, {now, 0}};
		return utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) == 0 || errno == ENOENT;
	}
	if (st.st_mtime > now || now - st.st_mtime <= age)
		return true;
	return unlinkat(dir, name, 0) == 0 || errno == ENOENT;
}

static bool expire_folder(struct spool const *sp, enum spool_folder folder, time_t now, time_t age,
	bool jumped)
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	bool done = d != NULL;
	while (done && (errno = 0, e = readdir(d)))
		done = expire_file(dirfd(d), e->d_name, now, age, jumped);
	done = done && errno == 0;
	if (d)
		spool_folder_done(d);
	return done;
}

/* An entry of seen/ may be the last to decide whether a pending amount is spent: settle
   first. */
bool spool_expire(struct spool const *sp, time_t now)
{
	bool jumped;
	return spool_credit_settle_all(sp)
		&& check_clock(sp, now, &jumped)
		&& expire_folder(sp, SPOOL_SEEN, now, 24 * HOUR, jumped)
		&& expire_folder(sp, SPOOL_TMP, now, 36 * HOUR, jumped);
}
