/* The importer: from the waiting files of the spool to the store, exactly once. Many files are one
   transaction. A file leaves the spool only when its rows are committed. If the rows exist
   already, the file is only removed. A file that can never be imported is set aside, and stops no
   other. */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include "spool/spool.h"
#include "import/at_hand.h"
#include "import/batch.h"
#include "import/entry.h"
#include "store/put.h"
#include "import/name_set.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* The counts of one run. */
struct import_count {
	uint64_t imported; /* files whose rows are new */
	uint64_t sends;    /* of those, the ones with a send */
	uint64_t contacts; /* members of the new groups */
	uint64_t fresh;    /* of those, the contacts the store did not have */
	uint64_t failed;   /* files set aside */
	uint64_t repeated; /* files whose rows were there already */
	uint64_t unread;   /* files that could not be read, and stay where they are */
};

struct import {
	struct spool *spool;
	struct store *store;
	struct entry_options options;
	char const *state;      /* of new sends: "new" or "paused" */
	bool keep;              /* imported files go to done/ */
	size_t most_files;      /* in one transaction, at least 1 */
	size_t most_octets;     /* likewise; a transaction has at least one file */
	/* Called after each transaction: files handled in this run, and files known; NULL: not called. */
	void (*progress)(uint64_t done, uint64_t known);
	/* Called, with the reason, for each file that is set aside, or stays where it is (left:
	   true). A file that stays unreadable is reported once. send 0, user "": unknown. */
	void (*notice)(char const *name, uint64_t send, char const *user, char const *reason, bool left);
	/* Called for a send of which images or options were ignored. */
	void (*ignored)(uint64_t send, char const *notes);
	volatile sig_atomic_t *stop; /* set it to end the run after the current transaction */
	struct import_count count;
	char error[256 + STORE_REASON]; /* the reason of a failed import_run, one line */
	/* Private to import.c; all zero is the start. */
	struct entry entry;
	struct batch batch;
	struct at_hand at_hand;
	struct import_fate *fates;
	struct name_set left; /* files that could not be read */
};

/* Imports all waiting files, or until *stop is set, and adds to the counts. False: the system or the
   store failed, and error says how; nothing is lost, and the next run continues. */
bool import_run(struct import *im);

/* Frees the memory of the runs. */
void import_free(struct import *im);

#endif
