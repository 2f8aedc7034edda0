/* A small file that is changed in place under its lock. */
#define _FILE_OFFSET_BITS 64
#include "spool/record.h"

#include "base/fd.h"
#include "spool/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_NONBLOCK: a FIFO in the file's place must not stop us. */
static int open_regular(struct spool const *sp, char const *path, int flags)
{
	struct stat st;
	int fd = fd_openat(sp->fd, path, flags | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	fd_close(fd);
	errno = EINVAL;
	return -1;
}

bool record_open(struct record *r, struct spool const *sp, char const *path, bool makes)
{
	r->fd = open_regular(sp, path, O_RDWR | (makes ? O_CREAT : 0));
	if (r->fd < 0)
		return false;
	if (lock_take(r->fd, 0, 0, path))
		return true;
	fd_close(r->fd);
	return false;
}

void record_close(struct record *r)
{
	fd_close(r->fd);
	r->fd = -1;
}

ssize_t record_read(struct record const *r, char *text, size_t room)
{
	return fd_pread_all(r->fd, text, room, 0);
}

ssize_t record_peek(struct spool const *sp, char const *path, char *text, size_t room)
{
	int fd = open_regular(sp, path, O_RDONLY);
	if (fd < 0)
		return -1;
	ssize_t n = fd_pread_all(fd, text, room, 0);
	fd_close(fd);
	return n;
}

bool record_write(struct record const *r, char const *text, size_t n, off_t at)
{
	return fd_pwrite_all(r->fd, text, n, at);
}

bool record_sync(struct record const *r)
{
	return fd_datasync(r->fd);
}

bool record_truncate(struct record const *r)
{
	return ftruncate(r->fd, 0) == 0;
}
