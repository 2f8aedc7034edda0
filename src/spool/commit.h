/* Writing a whole file of the spool: our fields, the recipients, the message. */
#ifndef SPOOL_COMMIT_H
#define SPOOL_COMMIT_H

#include "spool/envelope.h"
#include "spool/trace.h"
#include "spool/draft.h"
#include "spool/message.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Makes tmp/UUID of it, synced. send: 0 for contacts alone; origin: all but its date, id
   being the UUID, ip one word; login: one word too. False: errno, and the draft is to be
   dropped. */
bool spool_write(struct spool_draft *d, struct spool const *sp, uint64_t send, time_t now,
	struct buf const *login, struct trace origin, struct envelope const *e,
	struct spool_message const *m);

#endif
