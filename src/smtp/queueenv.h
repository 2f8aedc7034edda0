/* The environment of the queue program. */
#ifndef SMTP_QUEUEENV_H
#define SMTP_QUEUEENV_H

#include "service/submission.h"
#include "smtp/queue.h"

#define QUEUEENV_NAMES 9

struct queueenv {
	char text[QUEUEENV_NAMES][SUBMISSION_VALUE + 16]; /* NAME=value */
};

/* Returns our environment without any SACA_ variable, and with SACA_USER, SACA_PLAN, SACA_HELO,
   SACA_HOST and SACA_PROTO, and the settings of the plan: SACA_CREDIT, SACA_SANDBOX, SACA_MAXDAY and
   SACA_MAXWAIT, as far as they are set. t holds the strings. The caller frees the list, not the
   strings. NULL: out of memory. */
char const **queueenv_make(struct queueenv *t, struct queue_settings const *settings);

#endif
