/* A file on its way into the spool: tmp/UUID, whole and synced, then linked to new/KEY. */
#ifndef SPOOL_DRAFT_H
#define SPOOL_DRAFT_H

#include "spool/spool.h"
#include "spool/message.h"

#include <stdbool.h>
#include <stddef.h>

#define SPOOL_DRAFT_ROOM 65536

/* What a draft leaves free on its disk, or it fails with ENOSPC: octets and inodes, but at
   most a sixteenth of all there are. */
#define SPOOL_DRAFT_KEEP 16777216
#define SPOOL_DRAFT_KEEP_FILES 512

/* All zero before it is opened. */
struct spool_draft {
	struct spool const *spool;
	int fd;
	size_t held; /* octets in out that are not written yet */
	char path[4 + SPOOL_UUID];
	char out[SPOOL_DRAFT_ROOM];
};

/* Each of these returns false with errno; what is left to do then is spool_draft_drop. */
bool spool_draft_open(struct spool_draft *d, struct spool const *sp, char const *id);
bool spool_draft_put(struct spool_draft *d, char const *s, size_t n);
bool spool_draft_message(struct spool_draft *d, struct spool_message const *m);
bool spool_draft_sync(struct spool_draft *d); /* writes what is held, syncs, closes */

enum spool_draft_end {
	SPOOL_DRAFT_DONE,    /* new/KEY is this file, and its entry is synced */
	SPOOL_DRAFT_TAKEN,   /* new/KEY is another one */
	SPOOL_DRAFT_FAILED,  /* errno; there is no new/KEY of ours */
	SPOOL_DRAFT_UNKNOWN  /* errno; new/KEY can neither be synced nor removed */
};

/* Commits a synced draft. Call with the key's lock. */
enum spool_draft_end spool_draft_commit(struct spool_draft *d, char const *key);

/* Removes tmp/UUID, if there is one; its other name stays. errno is left alone: what can't be removed
   now is removed by the importer once it is old. */
void spool_draft_drop(struct spool_draft *d);

#endif
