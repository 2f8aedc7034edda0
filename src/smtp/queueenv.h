/* What the queue program is told by its environment. */
#ifndef SMTP_QUEUEENV_H
#define SMTP_QUEUEENV_H

#include "smtp/dialogue.h"

#include <stdbool.h>

#define QUEUEENV_NAMES 7
#define QUEUEENV_VALUE DIALOGUE_USER /* octets of the longest value */

/* All zero is the start: nothing has been told. */
struct queueenv {
	char text[QUEUEENV_NAMES][QUEUEENV_VALUE + 16]; /* NAME=value, or nothing */
};

/* Notes what there is to tell of the session's next message; stays: the program is offered to
   stay (service/stay.h). False: something else was told last time. */
bool queueenv_note(struct queueenv *t, struct dialogue const *s, bool stays);

/* Our environment, less every SACA_ of somebody else's, and what was noted; to be freed, and not
   to be used once t changes. NULL: out of memory. */
char const **queueenv_make(struct queueenv const *t);

#endif
