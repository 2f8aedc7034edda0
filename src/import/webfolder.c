/* The web folder. An image is written to a hidden file named by its hash, under a lock, since several
   importers may share the folder. The rename publishes it whole. After a crash the next import of
   the same message uses the hidden file again. */
#include "import/webfolder.h"

#include "base/fd.h"
#include "base/hash.h"
#include "spool/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMAGE_MODE 0644
#define FOLDER_MODE 0755

struct webfolder {
	int images; /* the folder i/, while it holds names that are not synced; else -1 */
	char path[];
};

struct webfolder *webfolder_new(char const *path)
{
	size_t n = strlen(path) + 1;
	struct webfolder *w = malloc(sizeof *w + n);
	if (w) {
		*w = (struct webfolder){.images = -1};
		memcpy(w->path, path, n);
	}
	return w;
}

void webfolder_free(struct webfolder *w)
{
	if (w && w->images >= 0)
		close(w->images);
	free(w);
}

/* Finishes a new folder: makes it readable by the web server in spite of the umask, and syncs its
   name. */
static bool settle_folder(int fd)
{
	if (fchmod(fd, FOLDER_MODE) < 0)
		return false;
	int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return false;
	bool good = !fsync(parent);
	fd_close(parent);
	return good;
}

/* Opens a folder, and makes it if it is missing. -1: errno. */
static int open_folder(int in, char const *path)
{
	bool made = !mkdirat(in, path, FOLDER_MODE);
	if (!made && errno != EEXIST)
		return -1;
	int fd = openat(in, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && made && !settle_folder(fd)) {
		fd_close(fd);
		return -1;
	}
	return fd;
}

static bool open_images(struct webfolder *w)
{
	if (w->images >= 0)
		return true;
	int web = open_folder(AT_FDCWD, w->path);
	if (web < 0)
		return false;
	w->images = open_folder(web, "i");
	fd_close(web);
	return w->images >= 0;
}

/* Does the whole image exist? A damaged disk may leave a file of another length. */
static bool is_there(int folder, char const *name, size_t n)
{
	struct stat st;
	return !fstatat(folder, name, &st, 0) && S_ISREG(st.st_mode) && st.st_size == (off_t)n;
}

/* Opens and locks the hidden file, which may have been renamed meanwhile. -1: errno. */
static int open_part(int folder, char const *part)
{
	/* O_NONBLOCK: opening a FIFO of that name would wait for a reader. */
	int fd = openat(folder, part, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd >= 0 && !lock_take(fd, 0, 0, part)) {
		fd_close(fd);
		return -1;
	}
	return fd;
}

static bool is_named(int fd, int folder, char const *part)
{
	struct stat a, b;
	return !fstat(fd, &a) && !fstatat(folder, part, &b, AT_SYMLINK_NOFOLLOW)
		&& a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Writes the locked file and gives it its name. */
static bool fill_file(int fd, int folder, char const *part, char const *name, char const *s, size_t n)
{
	if (!ftruncate(fd, 0) && fd_write_all(fd, s, n) && !fchmod(fd, IMAGE_MODE) && !fsync(fd)
	    && !renameat(folder, part, folder, name))
		return true;
	int e = errno;
	unlinkat(folder, part, 0);
	errno = e;
	return false;
}

static bool write_image(int folder, char const *name, char const *s, size_t n)
{
	char part[WEBFOLDER_PATH + 8];
	snprintf(part, sizeof part, ".%s.part", name);
	while (!is_there(folder, name, n)) {
		int fd = open_part(folder, part);
		if (fd < 0)
			return false;
		bool mine = is_named(fd, folder, part);
		bool good = !mine || fill_file(fd, folder, part, name, s, n);
		fd_close(fd);
		if (mine)
			return good;
	}
	return true;
}

char const *webfolder_path(struct webfolder const *w)
{
	return w->path;
}

bool webfolder_put(struct webfolder *w, char const *type, char const *s, size_t n,
	char hash[WEBFOLDER_HEX], char path[WEBFOLDER_PATH])
{
	unsigned char digest[HASH_OCTETS];
	hash_of(digest, s, n);
	hash_hex(hash, digest);
	snprintf(path, WEBFOLDER_PATH, "i/%s.%s", hash, type);
	return open_images(w) && write_image(w->images, path + 2, s, n);
}

bool webfolder_is_broken(struct webfolder *w, int error)
{
	switch (error) {
	case EISDIR:
	case ELOOP:
	case ENXIO:
	case EEXIST:
	case ENOTEMPTY:
	case ETXTBSY:
	case EACCES:
	case EPERM: {
		bool ready = webfolder_ready(w);
		errno = error;
		return !ready;
	}
	default:
		return true;
	}
}

bool webfolder_sync(struct webfolder *w)
{
	if (w->images < 0)
		return true;
	if (fsync(w->images) < 0)
		return false;
	close(w->images);
	w->images = -1;
	return true;
}

bool webfolder_ready(struct webfolder *w)
{
	return open_images(w) && !faccessat(w->images, ".", W_OK | X_OK, AT_EACCESS) && webfolder_sync(w);
}
