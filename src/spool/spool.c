/* Opening a spool, and its folders. */
#define _GNU_SOURCE /* setgroups */
#define _FILE_OFFSET_BITS 64
#include "spool/spool.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char const *const spool_folders[SPOOL_FOLDERS] = {
	"tmp", "new", "cur", "failed", "done", "seen", "credit", "quota"
};

/* Makes the missing folders and syncs their entries. */
static bool make_folders(int fd)
{
	for (int i = 0; i < SPOOL_FOLDERS; i++)
		if (mkdirat(fd, spool_folders[i], 0700) < 0 && errno != EEXIST)
			return false;
	return fd_fsync(fd);
}

/* Becomes the owner of the spool if root runs the program: all files of a spool have one owner. */
static bool become_owner(int fd)
{
	struct stat st;
	uid_t me = geteuid();
	if (fstat(fd, &st) < 0)
		return false;
	if (st.st_uid == me)
		return true;
	if (me != 0)
		return errno = EPERM, false;
	return setgroups(1, &st.st_gid) == 0 && setgid(st.st_gid) == 0 && setuid(st.st_uid) == 0;
}

static int open_existing(char const *path)
{
	return fd_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
}

static bool sync_parent(int fd)
{
	int parent = fd_openat(fd, "..", O_RDONLY | O_DIRECTORY, 0);
	bool synced = parent >= 0 && fd_fsync(parent);
	if (parent >= 0)
		fd_close(parent);
	return synced;
}

/* Is path ("" or "../") below fd a spool's folder? */
static bool is_spool(int fd, char const *path)
{
	struct stat st;
	char name[16];
	snprintf(name, sizeof name, "%slock", path);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return false;
	snprintf(name, sizeof name, "%snew", path);
	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Opens the folder that path's last component is in. */
static int open_parent(char const *path)
{
	size_t n = strlen(path);
	while (n && path[n - 1] == '/')
		n--;
	while (n && path[n - 1] != '/')
		n--;
	char *parent = strndup(path, n);
	if (!parent)
		return -1;
	int fd = open_existing(n ? parent : ".");
	free(parent);
	return fd;
}

/* Makes the spool's own folder, but not in another spool or in one of its folders. */
static bool make_root(char const *path, mode_t mode)
{
	int parent = open_parent(path);
	if (parent < 0)
		return false;
	bool is_inside = is_spool(parent, "") || is_spool(parent, "../");
	fd_close(parent);
	if (is_inside)
		return errno = EINVAL, false;
	return mkdir(path, mode) == 0 || errno == EEXIST;
}

/* Opens the spool's own folder. Makes it and syncs its entry if it is missing. */
static int open_root(char const *path, mode_t mode)
{
	int fd = open_existing(path);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (!make_root(path, mode))
		return -1;
	fd = open_existing(path);
	if (fd < 0 || sync_parent(fd))
		return fd;
	fd_close(fd);
	return -1;
}

/* `lock` is made last: if it exists, the folders were made and synced. */
static int open_lock(int fd)
{
	int lock = fd_openat(fd, "lock", O_RDWR | O_NOFOLLOW, 0);
	if (lock >= 0 || errno != ENOENT || !make_folders(fd))
		return lock;
	return fd_openat(fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
}

static bool open_spool(struct spool *sp, char const *path, mode_t mode)
{
	sp->fd = open_root(path, mode);
	if (sp->fd < 0)
		return false;
	sp->lock = become_owner(sp->fd) ? open_lock(sp->fd) : -1;
	if (sp->lock >= 0)
		return true;
	fd_close(sp->fd);
	return false;
}

bool spool_open(struct spool *sp, char const *path)
{
	return open_spool(sp, path, 0700);
}

/* mkdir sets the bit: a process that finds the folder finds the bit. */
bool spool_open_or_begin(struct spool *sp, char const *path)
{
	return open_spool(sp, path, 0700 | S_ISVTX);
}

int spool_is_own(struct spool const *sp)
{
	struct stat st;
	if (fstat(sp->fd, &st) < 0)
		return -1;
	return (st.st_mode & S_ISVTX) != 0;
}

bool spool_open_to_read(struct spool *sp, char const *path)
{
	sp->lock = -1;
	sp->fd = open_existing(path);
	if (sp->fd < 0 || is_spool(sp->fd, ""))
		return sp->fd >= 0;
	fd_close(sp->fd);
	return errno = ENOENT, false;
}

void spool_close(struct spool *sp)
{
	if (sp->lock >= 0)
		fd_close(sp->lock);
	fd_close(sp->fd);
}

bool spool_exists(char const *path)
{
	struct stat st;
	int fd = open_existing(path);
	if (fd < 0)
		return false;
	bool exists = fstatat(fd, spool_folders[SPOOL_NEW], &st, 0) == 0;
	fd_close(fd);
	return exists;
}

int spool_folder_open(struct spool const *sp, enum spool_folder folder)
{
	int const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
	int fd = fd_openat(sp->fd, spool_folders[folder], flags, 0);
	if (fd >= 0 || errno != ENOENT || sp->lock < 0 || !make_folders(sp->fd))
		return fd;
	return fd_openat(sp->fd, spool_folders[folder], flags, 0);
}

DIR *spool_folder_read(struct spool const *sp, enum spool_folder folder)
{
	int fd = spool_folder_open(sp, folder);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d && fd >= 0)
		fd_close(fd);
	return d;
}

void spool_folder_done(DIR *d)
{
	int e = errno;
	closedir(d);
	errno = e;
}

bool spool_folder_sync(struct spool const *sp, enum spool_folder folder)
{
	int fd = spool_folder_open(sp, folder);
	bool synced = fd >= 0 && fd_fsync(fd);
	if (fd >= 0)
		fd_close(fd);
	return synced;
}

bool spool_path(char path[SPOOL_PATH], enum spool_folder folder, char const *name, char const *ending)
{
	int n = snprintf(path, SPOOL_PATH, "%s/%s%s", spool_folders[folder], name, ending);
	if (n >= 0 && n < SPOOL_PATH)
		return true;
	errno = ENAMETOOLONG;
	return false;
}
