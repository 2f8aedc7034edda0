/* What the spool forgets after a while. */
#include "spool/spool.h"

#include "base/fd.h"
#include "spool/credit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR 3600

/* One file, by its age. A clock that was set back must not keep it for years. */
static bool clean_file(int dir, char const *name, time_t now, time_t age)
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

static bool clean_folder(struct spool const *sp, enum spool_folder folder, time_t now, time_t age)
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	bool fine = d != NULL;
	while (fine && (errno = 0, e = readdir(d)))
		fine = clean_file(dirfd(d), e->d_name, now, age);
	fine = fine && errno == 0;
	if (d)
		spool_folder_done(d);
	return fine;
}

/* A pending amount is judged by what carries its id, so it is settled before seen/, the
   last to carry it, forgets. */
bool spool_clean(struct spool const *sp, time_t now)
{
	return spool_credit_settle_all(sp)
		&& clean_folder(sp, SPOOL_SEEN, now, 24 * HOUR)
		&& clean_folder(sp, SPOOL_TMP, now, 36 * HOUR);
}
