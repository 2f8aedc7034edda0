/* A record: a small file of the spool that is read, changed and synced in place while it
   is locked (`count`, `credit/PLAN`, `quota/PLAN`). It fits in one disk sector, so that a
   power cut leaves the old or the new text. */
#ifndef SPOOL_RECORD_H
#define SPOOL_RECORD_H

#include "spool/spool.h"

#include <stddef.h>
#include <sys/types.h>

/* An open and locked record. */
struct record {
	int fd;
};

/* Opens path, relative to the spool, and waits for its lock. makes: makes an empty file if
   it is missing. Fails with ENOENT if it is missing and not made. */
bool record_open(struct record *r, struct spool const *sp, char const *path, bool makes);

/* Closes the file, which releases its lock; keeps errno. */
void record_close(struct record *r);

/* Reads at most room octets from its start. Returns how many; -1: errno. */
ssize_t record_read(struct record const *r, char *text, size_t room);

/* Reads a record without its lock: the text may be half old, half new. */
ssize_t record_peek(struct spool const *sp, char const *path, char *text, size_t room);

/* Overwrites n octets at offset `at`. The change is in the kernel: it survives the end of
   the process, not a power cut. */
bool record_write(struct record const *r, char const *text, size_t n, off_t at);

/* Syncs the changes of record_write to disk. */
bool record_sync(struct record const *r);

/* Empties the file. */
bool record_truncate(struct record const *r);

#endif
