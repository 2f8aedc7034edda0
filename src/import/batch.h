/* Lists the files that wait in new/ and cur/ (or are in failed/), in order. At most BATCH_NAMES
   names are in memory: the oldest, by the time the files were written (maildir tools keep it).
   Within a batch the order is by the date and the number in the file. So sends come in the order
   of their numbers, even in a large spool. */
#ifndef IMPORT_BATCH_H
#define IMPORT_BATCH_H

#include "spool/spool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define BATCH_NAMES 32768

struct batch_file {
	char *name;
	enum spool_folder folder; /* SPOOL_NEW, SPOOL_CUR or SPOOL_FAILED */
	struct timespec written;
	char date[20];            /* X-Saca-Date without its Z; "": it has none */
	uint64_t send;            /* X-Saca-Send; 0: it has none */
};

/* All zero is a batch before its first fill. */
struct batch {
	bool failed; /* set before the first fill: read failed/ instead of new/ and cur/ */
	struct batch_file *files;
	size_t n, cap;
	uint64_t waiting; /* files that the last fill found, in this batch or not */
	bool more;        /* the next fill will find more of them */
	/* The last file of this batch: the next fill begins after it, so that a file that could not be read
	   is not found again in this run. */
	struct timespec after;
	char *after_name;
};

/* Replaces the files with the next batch. False: errno. */
bool batch_fill(struct batch *b, struct spool const *sp);

/* Does batch_fill list a file of that name in that folder? */
bool batch_takes(enum spool_folder folder, char const *name);

/* Frees everything; the next fill starts from the oldest file. */
void batch_free(struct batch *b);

#endif
