/* What the queue program said, in terms of the dialogue: qmail-queue(8)'s exit codes, and
   the text of the common custom-error patch with our `K`. */
#ifndef SERVICE_VERDICT_H
#define SERVICE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#define VERDICT_TEXT 250 /* octets of a text on fd 6 */

enum verdict_kind {
	VERDICT_ACCEPTED,  /* 250 */
	VERDICT_REPEAT,    /* 250: committed before, this was the same once more */
	VERDICT_PERMANENT, /* 500 Internal error - TEXT */
	VERDICT_TEMPORARY, /* 451 */
	VERDICT_FULL       /* 452 */
};

struct verdict {
	enum verdict_kind kind;
	char text[VERDICT_TEXT + 1]; /* printable ASCII; "" where nothing was said */
};

/* code: the exit code, or -1 when a signal or the clock ended the program. text[0..n):
   what it wrote to fd 6. A text that contradicts the code is not listened to. */
void verdict_read(struct verdict *v, int code, char const *text, size_t n);

/* Takes `id=1166 UUID` or `contacts=3 UUID` apart, for the log: *id the number of a send
   (NULL in the other case), *uuid; lengths beside them. False: it is not of that form. */
bool verdict_ids(struct verdict const *v, char const **id, size_t *id_n,
	char const **uuid, size_t *uuid_n);

#endif
