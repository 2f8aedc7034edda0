/* The names of the files that wait in new/ and cur/ (or lie in failed/), in order, without holding the
   whole spool in memory: BATCH_NAMES at a time, the oldest first by the time they were
   written (maildir tools keep it), and among those by the date and the number they
   carry. So sends come in the order of their numbers, whatever the spool's size. */
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
	char date[20];            /* X-Saca-Date without its Z; "" where there is none */
	uint64_t send;            /* X-Saca-Send; 0 where there is none */
};

/* All zero is the start. */
struct batch {
	bool failed; /* to be set before the first fill: failed/ is read, not new/ and cur/ */
	struct batch_file *files;
	size_t n, cap;
	uint64_t waiting; /* files the last fill came upon, in this batch or not */
	bool more;        /* some of them wait for the next fill */
	/* The last file taken: the next fill begins behind it, so that what could not be
	   read now is not met again in this run. */
	struct timespec after;
	char *after_name;
};

/* Forgets the batch at hand and fills in the next one. False: errno says why. */
bool batch_fill(struct batch *b, struct spool const *sp);

/* Is a file of that name in folder one to import, or one that was set aside? */
bool batch_takes(enum spool_folder folder, char const *name);

/* Frees everything; the next fill starts over. */
void batch_free(struct batch *b);

#endif
