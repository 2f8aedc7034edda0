/* Waiting for a file to appear in the spool, for an importer that stays. */
#ifndef IMPORT_WATCH_H
#define IMPORT_WATCH_H

#include "spool/spool.h"

#include <signal.h>
#include <stdbool.h>

struct watch {
	int fd; /* -1 where the system cannot tell: watch_wait then looks every second */
};

/* Starts watching new/ and cur/: what appears from now on ends the next watch_wait.
   path: the spool's. False: errno. */
bool watch_open(struct watch *w, char const *path);
void watch_close(struct watch *w);

/* Waits until something has appeared, at most `seconds`, with the signals of `open`
   only blocked while waiting. False: errno, EINTR when a signal came. */
bool watch_wait(struct watch *w, int seconds, sigset_t const *open);

#endif
