/* Waiting for a file to appear in the spool, for saca-import -f. */
#ifndef IMPORT_WATCH_H
#define IMPORT_WATCH_H

#include <signal.h>
#include <stdbool.h>

struct watch {
	int fd; /* -1: without inotify, watch_wait returns after a second */
};

/* Starts to watch new/ and cur/ of the spool at path: a file that appears from now on ends the next
   watch_wait. False: errno. */
bool watch_open(struct watch *w, char const *path);
void watch_close(struct watch *w);

/* Waits until a file has appeared, at most `seconds`. open: the signals that are blocked meanwhile, so
   that others end the wait. False: errno; EINTR: a signal arrived. */
bool watch_wait(struct watch *w, int seconds, sigset_t const *open);

#endif
