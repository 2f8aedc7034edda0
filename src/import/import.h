/* The importer: from the spool's waiting files to the store, exactly once. Many files
   are one transaction; a file leaves the spool only when its rows are in the store for
   good, and a file that is in the store already only leaves the spool. What can never
   be imported is set aside and stops nothing. */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include "spool/spool.h"
#include "import/batch.h"
#include "import/entry.h"
#include "store/put.h"
#include "import/told.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* What one run did. */
struct import_count {
	uint64_t imported; /* files whose rows are new */
	uint64_t sends;    /* of those, the ones with a send */
	uint64_t contacts; /* members of the new groups */
	uint64_t fresh;    /* of those, the contacts the store did not have */
	uint64_t failed;   /* files set aside */
	uint64_t repeated; /* files whose rows were there already */
	uint64_t unread;   /* files left where they are, since reading them failed */
};

struct import {
	struct spool *spool;
	struct store *store;
	struct entry_options options;
	char const *state;      /* of new sends: "new" or "paused" */
	bool keep;              /* imported files go to done/ */
	size_t most_files;      /* in one transaction, at least 1 */
	size_t most_octets;     /* likewise; the first file is taken whatever its size */
	/* Called after each transaction: files dealt with in this run, and those known. */
	void (*progress)(struct import const *, uint64_t done, uint64_t known);
	/* Called for each file set aside, or left (left: true), with the reason. In whatever
	   run, a file that stays unreadable is told of once. */
	void (*notice)(char const *name, char const *reason, bool left);
	/* Told of a send whose HTML points at what is not shown, and why it is not. */
	void (*lacking)(uint64_t send, char const *what);
	volatile sig_atomic_t *stop; /* ends the run after the transaction at hand */
	struct import_count count;
	char error[256 + STORE_REASON]; /* why import_run failed, one line */
	/* Private to import.c; all zero is the start. */
	struct entry entry;
	struct batch batch;
	struct import_fate *fates;
	struct told left; /* files that could not be read */
};

/* Imports what waits, until nothing does or *stop is set. The counts are added to.
   False: the system or the store failed, error says how; nothing is lost, and another
   run goes on where this one ended. */
bool import_run(struct import *im);

void import_free(struct import *im);

#endif
