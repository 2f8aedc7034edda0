/* Removing what is old. */
#include "spool/expire.h"

#include "spool/credit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR 3600

/* Removes a file that is older than `age`. Dates one from the future now: a clock that was
   set back must not keep it for years. */
static bool expire_file(int dir, char const *name, time_t now, time_t age)
{
	struct stat st;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT;
	if (S_ISDIR(st.st_mode))
		return true;
	if (st.st_mtime > now && st.st_mtime - now > HOUR) {
		struct timespec const times[2] = {{now, 0}, {now, 0}};
		return utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) == 0 || errno == ENOENT;
	}
	if (st.st_mtime > now || now - st.st_mtime <= age)
		return true;
	return unlinkat(dir, name, 0) == 0 || errno == ENOENT;
}

static bool expire_folder(struct spool const *sp, enum spool_folder folder, time_t now, time_t age)
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	bool done = d != NULL;
	while (done && (errno = 0, e = readdir(d)))
		done = expire_file(dirfd(d), e->d_name, now, age);
	done = done && errno == 0;
	if (d)
		spool_folder_done(d);
	return done;
}

/* An entry of seen/ may be the last to decide whether a pending amount is spent: settle
   first. */
bool spool_expire(struct spool const *sp, time_t now)
{
	return spool_credit_settle_all(sp)
		&& expire_folder(sp, SPOOL_SEEN, now, 24 * HOUR)
		&& expire_folder(sp, SPOOL_TMP, now, 36 * HOUR);
}
