/* Locks, by fcntl(2). A process that spools, retires, retries or drops a file holds the lock
   of its key. Files of other keys do not wait. saca-spool(5) has the order of the locks.

   A wait ends after spool_lock_limit milliseconds (ETIMEDOUT), or when a signal's handler sets
   *spool_lock_stop (EINTR). spool_error then names the lock and the process that holds it. */
#ifndef SPOOL_LOCK_H
#define SPOOL_LOCK_H

#include "spool/spool.h"

#include <signal.h>
#include <sys/types.h>

/* Milliseconds. Tests shorten it. */
extern unsigned int spool_lock_limit;

/* Set by a program that ends at a signal. NULL, the default: no wait ends early. */
extern volatile sig_atomic_t const *spool_lock_stop;

/* Waits for the write lock on octets [at, at + n) of fd; n = 0: to the end of the file and
   beyond. name: the lock's name in the text of spool_error; copied. Closing any descriptor of the
   file in this process releases the lock. */
bool lock_take(int fd, off_t at, off_t n, char const *name);

/* The reason of a failure of the spool, for the operator: `No space left on device`, or
   `count is held by process 1234: Connection timed out` if that lock was waited for. error:
   its errno. The text is valid until the next call. */
char const *spool_error(int error);

/* Takes the lock of a key, a NUL-terminated string. */
bool spool_lock(struct spool const *sp, char const *key);
bool spool_unlock(struct spool const *sp, char const *key);

/* Takes the locks of all keys: then no transaction is under way. */
bool spool_lock_all(struct spool const *sp);
bool spool_unlock_all(struct spool const *sp);

/* The importer's lock, held until spool_close or the end of the process; does not wait.
   1: taken; 0: another importer has it; -1: errno. */
int spool_import_lock(struct spool *sp);

#endif
