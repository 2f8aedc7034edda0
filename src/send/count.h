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

/* Counts the lines of a batch and notes that the file has been read up to the offset read_to, in one
   transaction, which it repeats when the engine asks for it. Each line counts once, even after a
   crash. On failure nothing is written, and s->reason has the reason. */
enum store_result count_batch(struct store *s, char const *name, struct hitfile_batch *b, uint64_t read_to,
	struct count_summary *sum);

#endif
