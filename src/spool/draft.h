/* A draft: a file on its way into the spool. It is written to tmp/UUID and synced, then
   linked to new/KEY. */
#ifndef SPOOL_DRAFT_H
#define SPOOL_DRAFT_H

#include "spool/envelope.h"
#include "spool/file.h"
#include "spool/name.h"
#include "spool/spool.h"

#include <time.h>

/* A draft leaves so many octets and inodes free on its disk, but at most a sixteenth of all.
   Otherwise it fails with ENOSPC. The importer writes before it removes anything, so mail must
   not fill the disk. */
#define DRAFT_KEEP 16777216
#define DRAFT_KEEP_FILES 512

#define DRAFT_BUFFER 65536

/* All zero before its first use. */
struct draft {
	struct spool const *spool;
	int fd;
	size_t held; /* octets in out that are not written yet */
	char path[4 + SPOOL_UUID]; /* "": there is no file to remove */
	char out[DRAFT_BUFFER];
};

/* The content of a file, but its message. */
struct draft_head {
	uint64_t send;        /* 0: only contacts */
	time_t date;
	char const *user;     /* the login */
	bool sandbox;
	struct trace origin;  /* all but date; id is the UUID, ip is one word */
	struct envelope const *envelope; /* finished */
};

/* Writes tmp/UUID and syncs it. After a failure call draft_remove. */
bool draft_write(struct draft *d, struct spool const *sp, struct draft_head const *head,
	char const *message, size_t n);

enum draft_end {
	DRAFT_COMMITTED, /* new/KEY is this file, and its entry is synced */
	DRAFT_EXISTS,    /* new/KEY is another file */
	DRAFT_FAILED,    /* errno; new/KEY is not this file */
	DRAFT_UNKNOWN    /* errno; new/KEY can neither be synced nor removed */
};

/* Links a written draft to new/KEY. Call with the key's lock. */
enum draft_end draft_commit(struct draft *d, char const *key);

/* Removes tmp/UUID, if there is one, and keeps errno. If that fails, the importer removes
   the file once it is old. */
void draft_remove(struct draft *d);

#endif
