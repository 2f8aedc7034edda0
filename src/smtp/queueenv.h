/* The environment of the queue program. */
#ifndef SMTP_QUEUEENV_H
#define SMTP_QUEUEENV_H

#include "smtp/dialogue.h"

#define QUEUEENV_NAMES 9
#define QUEUEENV_VALUE DIALOGUE_USER /* octets of the longest value; the rest is cut off */

struct queueenv {
	char text[QUEUEENV_NAMES][QUEUEENV_VALUE + 16]; /* NAME=value, or "": not set */
};

/* Sets the variables for the session's next message. */
void queueenv_set(struct queueenv *t, struct dialogue const *s);

/* Returns our environment without any SACA_ variable, and with the variables of t. The caller
   frees it, and does not use it after t has changed. NULL: out of memory. */
char const **queueenv_make(struct queueenv const *t);

#endif
