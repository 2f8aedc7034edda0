/* From hits to the store: deliveries, clicks, unsubscriptions and figures. */
#ifndef SEND_COUNT_H
#define SEND_COUNT_H

#include "send/hitfile.h"
#include "store/store.h"

#include <stdint.h>

#define COUNT_SOURCE "saca-count" /* figures.source of these counts */

/* What was counted, for a line of the log. */
struct count_summary {
	uint64_t hits[HIT_KINDS];
	uint64_t broken;
};

/* How far a file has been read: 0, 0 for a file that is new. In a transaction. */
enum store_result count_position(struct store *s, char const *name, uint64_t *inode, uint64_t *octets);

/* Counts the lines of a batch and notes how far the file has been read, in one transaction, which
   it repeats when the engine asks for it. Each line counts once, whatever dies. On failure
   nothing is kept, and s->reason says why. */
enum store_result count_batch(struct store *s, char const *name, struct hitfile_batch *b, struct count_summary *sum);

/* Forgets a file that was removed. */
enum store_result count_forget(struct store *s, char const *name);

#endif
