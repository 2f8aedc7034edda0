/* An operator's retry, renumber and drop of a file, under its key's lock. */
#ifndef SPOOL_REQUEUE_H
#define SPOOL_REQUEUE_H

#include "spool/spool.h"

#include <stdint.h>

enum spool_requeue {
	SPOOL_REQUEUE_DONE,
	SPOOL_REQUEUE_EXISTS, /* retry, renumber: new/ has a file of that name already */
	SPOOL_REQUEUE_CONTACTS,  /* renumber: it has no number, only contacts */
	SPOOL_REQUEUE_NO_NUMBER, /* renumber: the counter is lost or spent */
	SPOOL_REQUEUE_BEGUN,  /* drop: its import has begun, so that only the importer can end it */
	SPOOL_REQUEUE_ERROR   /* errno */
};

/* Moves failed/NAME to new/KEY, to be imported again, and removes its reason. From then on
   the file itself answers repeats, so the seen/KEY it got when it was set aside goes. */
enum spool_requeue spool_retry(struct spool const *sp, char const *name);

/* The number of a renumbered file, before and after. */
struct spool_renumbered {
	uint64_t residue, hosts; /* in: the numbers to take (spool/number.h) */
	uint64_t before, after;  /* out */
};

/* The same as spool_retry, for a send whose number another send in the store has: gives it a
   fresh number. The client's reply has the old one. */
enum spool_requeue spool_renumber(struct spool const *sp, char const *name, struct spool_renumbered *numbers);

/* Removes a file from new/, cur/ or failed/ for good, and its seen/KEY, so that the client
   can send it again. */
enum spool_requeue spool_drop(struct spool const *sp, enum spool_folder folder, char const *name);

#endif
