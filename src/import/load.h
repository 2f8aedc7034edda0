/* Reading one file of the spool into memory. */
#ifndef IMPORT_LOAD_H
#define IMPORT_LOAD_H

#include "base/buf.h"
#include "import/batch.h"
#include "spool/spool.h"

/* Octets of a file at most: text and HTML are in memory several times while they are converted.
   LOAD_HUGE_REASON and saca-import(8) give the number too. */
#define LOAD_MAX ((off_t)512 << 20)
#define LOAD_HUGE_REASON "the file is larger than 512 MiB"

enum load_result {
	LOAD_OK,
	LOAD_GONE,
	LOAD_HUGE,
	LOAD_UNREAD, /* errno; other files may be readable */
	LOAD_FAILED  /* errno: memory or descriptors are short, every file would fail */
};

/* Replaces out with the octets of a file. */
enum load_result load_file(struct spool const *sp, struct batch_file const *f, struct buf *out);

#endif
