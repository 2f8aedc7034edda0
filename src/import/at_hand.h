/* Notes in SPOOL/import which file is being imported. If the importer dies at the same file again
   and again, it can then set that file aside and import the others. The note is not synced: it
   outlives the process, not a power cut.

   Deaths at a file add up until a transaction with that file succeeds. A timeout of the importer
   counts as a death; an orderly failure does not. */
#ifndef IMPORT_AT_HAND_H
#define IMPORT_AT_HAND_H

#include "spool/spool.h"

#include <stdbool.h>

/* After so many deaths a file is a transaction of its own; then it is not imported at all. */
#define AT_HAND_ALONE 2
#define AT_HAND_REFUSED 3

struct at_hand {
	int fd;
	unsigned int deaths; /* 0: no file is suspected */
	char suspect[SPOOL_PATH];
};

/* Opens the note, with the importer's lock held. If the note is `busy`, counts a death. False:
   errno. */
bool at_hand_open(struct at_hand *h, struct spool const *sp);

/* Returns how often the importer has died at that file. */
unsigned int at_hand_deaths(struct at_hand const *h, char const *name);

/* Notes that the importer begins that file. False: errno. */
bool at_hand_note(struct at_hand const *h, char const *name);

/* Notes that no file is being imported; a suspected file stays suspected. False: errno. */
bool at_hand_clear(struct at_hand *h);

/* Forgets the deaths at that file. Changes memory only; the next at_hand_clear writes it. */
void at_hand_acquit(struct at_hand *h, char const *name);

#endif
