/* Finds the file of the spool that an operator names. A word can be, in this order: the file's
   whole name, the number or the UUID of its transaction, or the start of its name. With `new/`,
   `cur/` or `failed/` before the word, only files of that folder count. */
#ifndef IMPORT_QUEUE_FIND_H
#define IMPORT_QUEUE_FIND_H

#include "import/batch.h"

#define QUEUE_BEGINNING 16 /* the fewest digits of a key that name a file */

enum queue_find {
	QUEUE_FOUND,
	QUEUE_NONE,
	QUEUE_SEVERAL, /* more than one file fits equally well */
	QUEUE_ERROR    /* errno */
};

/* QUEUE_FOUND: *f is set, and the caller frees its name. */
enum queue_find queue_find(struct batch_file *f, struct spool const *sp, char const *word);

#endif
