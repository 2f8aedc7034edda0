/* Taking files out of the spool, for the importer. One process does it at a time, with the
   importer's lock. It removes or moves each file under its key's lock. So a spooler that looks
   for the same key finds the file or the synced seen/KEY. */
#ifndef SPOOL_RETIRE_H
#define SPOOL_RETIRE_H

#include "spool/spool.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* A file whose rows are in the store, or that is set aside. */
struct spool_retired {
	enum spool_folder folder; /* SPOOL_NEW or SPOOL_CUR */
	char const *name;
	char const *id;           /* 32 digits; NULL: the file could not be read */
	uint64_t send;            /* 0: only contacts */
};

/* Removes n files whose rows the store has for good, or moves them to done/ if keep. Each
   send first gets a synced seen/KEY, dated `now`. Needs a few syncs, whatever n is. A file
   that is gone already is no error: after a failure the same call can be repeated. */
bool spool_retire(struct spool const *sp, struct spool_retired const *files, size_t n,
	bool keep, time_t now);

/* Moves a file that cannot be imported to failed/NAME and writes failed/NAME.reason: one
   line, `2013-09-12T11:59:19Z text`; octets outside printable ASCII become `?`. If NAME
   exists, its key gets `.1`, `.2` and so on. Synced; a send gets a seen/KEY as above. A file
   that is gone leaves nothing. */
bool spool_set_aside(struct spool const *sp, struct spool_retired const *file,
	char const *reason, time_t now);

#endif
