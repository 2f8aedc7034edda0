/* Reading a message or an envelope from a descriptor into memory. */
#ifndef SPOOL_INPUT_H
#define SPOOL_INPUT_H

#include "base/buf.h"

enum input {
	INPUT_OK,
	INPUT_LARGE, /* more than max octets */
	INPUT_FOREIGN, /* input_read_memory: not a regular file on tmpfs */
	INPUT_FAILED /* errno; ENOMEM: out of memory */
};

/* Reads fd from its current offset to its end into out, which is empty. The caller frees
   out, also after a failure. */
enum input input_read(struct buf *out, int fd, size_t max);

/* Reads the memory file of a client that is not trusted: all of it, from offset 0, once.
   Only a regular file on tmpfs is read, since reading from a pipe, a socket or another
   file system can last as long as the client wants. The client may change the file
   meanwhile: use only the copy. */
enum input input_read_memory(struct buf *out, int fd, size_t max);

#endif
