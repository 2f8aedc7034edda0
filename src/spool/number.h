/* Numbers of sends, from SPOOL/count: never twice, whatever dies, in whatever order
   (the argument stands in saca-spool(5)). */
#ifndef SPOOL_NUMBER_H
#define SPOOL_NUMBER_H

#include "spool/spool.h"

#include <stdbool.h>
#include <stdint.h>

#define SPOOL_HOSTS 10000 /* hosts that may share the numbers */

enum spool_count {
	SPOOL_COUNT_OK,
	SPOOL_COUNT_LOST,   /* missing or damaged, in a spool that is not empty */
	SPOOL_COUNT_SPENT,  /* no number is left */
	SPOOL_COUNT_ERROR   /* errno */
};

/* The next number that leaves `residue` when divided by hosts. */
enum spool_count spool_number(struct spool const *sp, uint64_t residue, uint64_t hosts,
	uint64_t *number);

/* Makes the counter of a spool that is empty, for who will put a file there without
   taking a number; a missing one in another spool is left to the importer. False: errno. */
bool spool_count_begin(struct spool const *sp);

#endif
