/* System calls with their small print read: interruptions are tried again, what is short
   is continued. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Writes all of it, at the current offset. */
bool fdio_write(int fd, void const *s, size_t n);

/* Writes all of it at an offset. */
bool fdio_pwrite(int fd, void const *s, size_t n, off_t at);

/* One read, of at most n octets. -1: errno. */
ssize_t fdio_read(int fd, void *s, size_t n);

/* Reads from the beginning of a file until n octets or its end; returns how many. */
ssize_t fdio_pread(int fd, void *s, size_t n);

/* Syncs a file or folder. An error is final: what was written before it may be lost, and
   a second call would not say so. */
bool fdio_sync(int fd);      /* data and metadata */
bool fdio_datasync(int fd);  /* data, and what it takes to read it */

int fdio_openat(int dir, char const *name, int flags, mode_t mode);

/* Waits for a lock, or gives one back (type F_RDLCK, F_WRLCK, F_UNLCK) on [at, at + n) of
   a file; n 0: to its end and beyond. fcntl's locks: whoever closes any descriptor of the
   file loses all of his. */
bool fdio_lock(int fd, short type, off_t at, off_t n);

/* Closes it and leaves errno alone: for what was only read, or is synced already. */
void fdio_close(int fd);

#endif
