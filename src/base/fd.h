/* Input and output on descriptors: each call retries EINTR, and completes short transfers. A bool
   is true when all is done; otherwise errno says why not.

   Two more are of skalibs: ssize_t fd_read(int, char *, size_t) is one read(2); void fd_close(int)
   keeps errno. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <skalibs/allreadwrite.h>

extern void fd_close(int fd); /* as in <skalibs/djbunix.h> */

/* Writes all n octets, at the current offset or at `at`. */
bool fd_write_all(int fd, void const *s, size_t n);
bool fd_pwrite_all(int fd, void const *s, size_t n, off_t at);

/* Reads n octets at an offset, or fewer at the end of the file; returns how many. -1: errno. */
ssize_t fd_pread_all(int fd, void *s, size_t n, off_t at);

/* Syncs a file or a directory. An error is final: earlier writes may be lost, and a second call
   would not report it. */
bool fd_fsync(int fd);     /* data and metadata */
bool fd_datasync(int fd);  /* data, and the metadata needed to read it */

/* openat(2) with O_CLOEXEC. -1: errno. */
int fd_openat(int dir, char const *name, int flags, mode_t mode);

/* Closes all descriptors from first to last, both included. False: errno; some may still be open. */
bool fd_close_range(unsigned int first, unsigned int last);

#endif
