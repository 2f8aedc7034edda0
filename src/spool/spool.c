/* The spool's folders, locks and names. */
#define _GNU_SOURCE /* setgroups */
#define _FILE_OFFSET_BITS 64
#include "spool/spool.h"

#include "base/ascii.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char const *const spool_folders[SPOOL_FOLDERS] = {
	"tmp", "new", "cur", "failed", "done", "seen", "credit"
};

/* Where the locks lie in `lock`: a key's first 15 digits are its offset, so that two keys
   share one about never (and then only wait for each other); the importer's is above. */
#define KEY_DIGITS 15
#define KEYS_END ((off_t)1 << 60)

/* --- Opening ------------------------------------------------------------------------ */

/* Makes the folders that are missing, and syncs their entries. */
static bool make_folders(int fd)
{
	for (int i = 0; i < SPOOL_FOLDERS; i++)
		if (mkdirat(fd, spool_folders[i], 0700) < 0 && errno != EEXIST)
			return false;
	return fd_fsync(fd);
}

/* Files of two owners in one spool are files that somebody can't read. Root becomes the
   owner; and who runs a program of the owner's rights gets no further than his spool. */
static bool be_owner(int fd)
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

/* The spool's own folder, made if it is missing, its entry synced. */
static int open_folder(char const *path)
{
	int fd = open_existing(path);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	fd = open_existing(path);
	if (fd < 0)
		return -1;
	int parent = fd_openat(fd, "..", O_RDONLY | O_DIRECTORY, 0);
	bool synced = parent >= 0 && fd_fsync(parent);
	if (parent >= 0)
		fd_close(parent);
	if (synced)
		return fd;
	fd_close(fd);
	return -1;
}

/* `lock` is made last: where it is, the folders were made and synced. */
static int open_lock(int fd)
{
	int lock = fd_openat(fd, "lock", O_RDWR, 0);
	if (lock >= 0 || errno != ENOENT || !make_folders(fd))
		return lock;
	return fd_openat(fd, "lock", O_RDWR | O_CREAT, 0600);
}

bool spool_open(struct spool *sp, char const *path)
{
	sp->fd = open_folder(path);
	if (sp->fd < 0)
		return false;
	sp->lock = be_owner(sp->fd) ? open_lock(sp->fd) : -1;
	if (sp->lock >= 0)
		return true;
	fd_close(sp->fd);
	return false;
}

bool spool_is_there(char const *path)
{
	struct stat st;
	int fd = open_existing(path);
	if (fd < 0)
		return false;
	bool there = fstatat(fd, spool_folders[SPOOL_NEW], &st, 0) == 0;
	int e = errno;
	fd_close(fd);
	errno = e;
	return there;
}

void spool_close(struct spool *sp)
{
	fd_close(sp->lock);
	fd_close(sp->fd);
}

int spool_folder_open(struct spool const *sp, enum spool_folder folder)
{
	int fd = fd_openat(sp->fd, spool_folders[folder], O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0 || errno != ENOENT || !make_folders(sp->fd))
		return fd;
	return fd_openat(sp->fd, spool_folders[folder], O_RDONLY | O_DIRECTORY, 0);
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

/* --- Names and locks ---------------------------------------------------------------- */

size_t spool_key_length(char const *name)
{
	size_t n = 0;
	while (ascii_hex(name[n]) >= 0 && !(name[n] >= 'A' && name[n] <= 'F'))
		n++;
	if (n != SPOOL_KEY - 1 && n != SPOOL_UUID - 1)
		return 0;
	return name[n] == 0 || strchr(":,.", name[n]) ? n : 0;
}

void spool_key_of(char key[SPOOL_KEY], char const *name)
{
	size_t n = spool_key_length(name);
	memcpy(key, name, n);
	key[n] = 0;
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
	return fd_lock_range(sp->lock, F_WRLCK, offset_of(key), 1);
}

bool spool_unlock(struct spool const *sp, char const *key)
{
	return fd_lock_range(sp->lock, F_UNLCK, offset_of(key), 1);
}

bool spool_lock_all(struct spool const *sp)
{
	return fd_lock_range(sp->lock, F_WRLCK, 0, KEYS_END);
}

bool spool_unlock_all(struct spool const *sp)
{
	return fd_lock_range(sp->lock, F_UNLCK, 0, KEYS_END);
}

int spool_import_lock(struct spool *sp)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = KEYS_END, .l_len = 1};
	int r;
	do
		r = fcntl(sp->lock, F_SETLK, &lock);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return 1;
	return errno == EAGAIN || errno == EACCES ? 0 : -1;
}
