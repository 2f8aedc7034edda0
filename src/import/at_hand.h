/* The file at which the importer is, noted in SPOOL/import: so that a file at which it dies does not
   keep all others out. The note outlives the process, not a power cut, and is not synced.

   A death at a file is one more for as long as no transaction with that file succeeds. A timeout
   of the importer counts as a death, an orderly failure does not. */
#ifndef IMPORT_AT_HAND_H
#define IMPORT_AT_HAND_H

#include "spool/spool.h"

#include <stdbool.h>

/* From so many deaths at it a file is a transaction of its own, and not imported at all. */
#define AT_HAND_ALONE 2
#define AT_HAND_REFUSED 3

struct at_hand {
	int fd;
	unsigned int deaths; /* 0: no file is suspected */
	char suspect[SPOOL_PATH];
};

/* Opens the note, with the importer's lock held, and counts the death that it tells of. False: errno. */
bool at_hand_open(struct at_hand *h, struct spool const *sp);

/* How often the importer has died at that file. */
unsigned int at_hand_deaths(struct at_hand const *h, char const *name);

/* Notes that the importer is at that file. False: errno. */
bool at_hand_note(struct at_hand const *h, char const *name);

/* Notes that it is at none; a suspected file stays suspected. False: errno. */
bool at_hand_clear(struct at_hand *h);

/* Forgets the deaths at that file, until the next at_hand_clear in memory only. */
void at_hand_acquit(struct at_hand *h, char const *name);

#endif
