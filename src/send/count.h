/* From hits to the store: deliveries, clicks, unsubscriptions and figures. */
#ifndef SEND_COUNT_H
#define SEND_COUNT_H

#include "send/hitfile.h"
#include "store/store.h"

#include <stdint.h>

#define COUNT_SOURCE "saca-count" /* figures.source of these counts */

/* The counts of a batch, for a line of the log. */
struct count_summary {
	uint64_t hits[HIT_KINDS];
	uint64_t broken;
};

/* Reads how far a file has been counted: 0, 0 for a new file. Call it in a transaction. */
enum store_result count_position(struct store *s, char const *name, uint64_t *inode, uint64_t *octets);

/* Counts the lines of a batch and notes how far the file has been read, in one transaction, which
   it repeats when the engine asks for it. Each line counts once, even after a crash. On failure
   nothing is written, and s->reason has the reason. */
enum store_result count_batch(struct store *s, char const *name, struct hitfile_batch *b, struct count_summary *sum);

/* Forgets a file that was removed. */
enum store_result count_forget(struct store *s, char const *name);

#endif
