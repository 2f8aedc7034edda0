/* Writing a whole file of the spool: our fields, the recipients, the message. */
#ifndef IO_SPOOLWRITE_H
#define IO_SPOOLWRITE_H

#include "core/envelope.h"
#include "core/trace.h"
#include "io/spooldraft.h"
#include "io/spoolmessage.h"

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
