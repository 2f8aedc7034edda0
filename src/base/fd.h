/* System calls with their small print read: interruptions are tried again, what is short
   is continued. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Writes all of it, at the current offset. */
bool fd_write_all(int fd, void const *s, size_t n);

/* Writes all of it at an offset. */
bool fd_pwrite_all(int fd, void const *s, size_t n, off_t at);

/* One read, of at most n octets. -1: errno. */
ssize_t fd_read(int fd, void *s, size_t n);

/* Reads n octets at an offset, or fewer at the end of the file; returns how many. -1: errno. */
ssize_t fd_pread_all(int fd, void *s, size_t n, off_t at);

/* Syncs a file or folder. An error is final: what was written before it may be lost, and
   a second call would not say so. */
bool fd_sync(int fd);      /* data and metadata */
bool fd_datasync(int fd);  /* data, and what it takes to read it */

int fd_openat(int dir, char const *name, int flags, mode_t mode);

/* Waits for a lock, or gives one back (type F_RDLCK, F_WRLCK, F_UNLCK) on [at, at + n) of
   a file; n 0: to its end and beyond. fcntl's locks: whoever closes any descriptor of the
   file loses all of his. */
bool fd_lock(int fd, short type, off_t at, off_t n);

/* Closes it and leaves errno alone: for what was only read, or is synced already. */
void fd_close(int fd);

#endif
