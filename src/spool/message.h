/* The message on its way into the spool: octets in memory, and a descriptor to copy them
   from without carrying them through the process. */
#ifndef SPOOL_MESSAGE_H
#define SPOOL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct spool_message {
	int fd;
	bool drained;   /* fd is our own */
	off_t at;       /* where it begins in fd */
	bool mapped;    /* then a file that is cut short under us is SIGBUS */
	char const *s;  /* all of it, n octets */
	size_t n;
};

enum spool_message_fault {
	SPOOL_MESSAGE_OK,
	SPOOL_MESSAGE_LARGE, /* over max octets */
	SPOOL_MESSAGE_READ,  /* errno; the source can't be read */
	SPOOL_MESSAGE_MEMORY /* errno; no room for it */
};

/* Takes what is on fd from its current offset to its end: one message at a time, since a
   small one is read into a place of ours. A larger file, or memory file, is mapped as it
   is; what is no file is drained into a memory file first. */
enum spool_message_fault spool_message_open(struct spool_message *m, int fd, size_t max);

/* Lets go of it; `fd` stays open if it was the caller's. */
void spool_message_close(struct spool_message *m);

/* Copies it to out, at out's offset. False: errno. */
bool spool_message_copy(struct spool_message const *m, int out);

#endif
