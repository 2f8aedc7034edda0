/* Removing imported files that were kept long enough. A file keeps the time when it was spooled. */
#include "import/prune.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY 86400

/* False: errno. A file that is gone already is fine. */
static bool remove_if_old(int folder, char const *name, time_t before)
{
	struct stat st;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT;
	if (!S_ISREG(st.st_mode) || st.st_mtime >= before)
		return true;
	return unlinkat(folder, name, 0) == 0 || errno == ENOENT;
}

bool prune_done(struct spool const *sp, uint64_t days, time_t now)
{
	struct dirent const *e;
	DIR *done = spool_folder_read(sp, SPOOL_DONE);
	bool good = done != NULL;
	if (!good)
		return false;
	while (good && (errno = 0, e = readdir(done)))
		good = e->d_name[0] == '.' || remove_if_old(dirfd(done), e->d_name, now - (time_t)days * DAY);
	good = good && errno == 0;
	spool_folder_done(done);
	return good;
}
