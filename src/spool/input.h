/* Reading a message or an envelope from a descriptor into memory. */
#ifndef SPOOL_INPUT_H
#define SPOOL_INPUT_H

#include "base/buf.h"

enum input {
	INPUT_OK,
	INPUT_LARGE,  /* more than max octets */
	INPUT_FAILED /* errno; ENOMEM: out of memory */
};

/* Reads fd from its current offset to its end into out, which is empty. The caller frees
   out, also after a failure. */
enum input input_read(struct buf *out, int fd, size_t max);

/* The same for a memory file that another process may change meanwhile: reads it once, from
   offset 0. Use only the copy. */
enum input input_copy(struct buf *out, int fd, size_t max);

#define INPUT_KEPT 65536 /* octets of memory that a buffer keeps for its next use */

/* Empties a buffer. Its memory beyond INPUT_KEPT octets goes back to the system. */
void input_empty(struct buf *b);

#endif
