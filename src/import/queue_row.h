/* A row of saca-queue's list: the fields of a file of the spool. */
#ifndef IMPORT_QUEUE_ROW_H
#define IMPORT_QUEUE_ROW_H

#include "import/batch.h"
#include "store/listing.h"

#define QUEUE_COLUMNS 10
extern struct listing_column const queue_columns[QUEUE_COLUMNS];

/* The files to list; NULL: all. */
struct queue_filter {
	char const *plan, *user;
	char const *day; /* the start of the date: `2013-09-12`, `2013-09` */
};

enum queue_row {
	QUEUE_ROW_DONE,
	QUEUE_ROW_SKIPPED, /* it does not match the filter, or the file is gone */
	QUEUE_ROW_FAILED   /* out of memory */
};

/* Adds the row of a file. is_short: shows QUEUE_BEGINNING digits of a key. */
enum queue_row queue_row(struct spool const *sp, struct batch_file const *f, struct queue_filter const *filter,
	bool is_short, struct listing *l);

#define QUEUE_REASON 2048 /* octets of a .reason file that are read */

/* Reads the reason of a file that was set aside, without the time before it. Returns it, inside
   s, and its length; NULL: it has none. */
char const *queue_read_reason(struct spool const *sp, struct batch_file const *f, char s[QUEUE_REASON], size_t *n);

/* Opens FOLDER/NAME and the ending to read it. -1: errno. */
int queue_open(struct spool const *sp, struct batch_file const *f, char const *ending);

#endif
