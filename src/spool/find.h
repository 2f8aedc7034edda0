/* Finding files: by key, by name, and the highest number of all. Before a function returns
   that it has found an entry, it syncs the folder. So no client gets an answer that a power
   cut can still undo. */
#ifndef SPOOL_FIND_H
#define SPOOL_FIND_H

#include "spool/name.h"
#include "spool/spool.h"

#include <stdint.h>

/* The identity of a transaction, from its file or its line in seen/. */
struct spool_entry {
	char id[SPOOL_UUID];
	uint64_t send; /* 0: only contacts */
};

/* Was KEY committed? Looks in seen/, new/ and cur/. Call with the key's lock.
   1: yes, *entry is set; 0: no; -1: errno (EBADMSG: the file found is not a spool file). */
int spool_find(struct spool const *sp, char const *key, struct spool_entry *entry);

/* Has any file or seen/ line with KEY that id, failed/ and done/ included? 1, 0; -1: errno. */
int spool_carries(struct spool const *sp, char const *key, char const *id);

/* Reads the identity of the file FOLDER/NAME. 1: *entry is set; 0: there is no such file;
   -1: errno (EBADMSG: it is not a spool file). */
int spool_read(struct spool const *sp, enum spool_folder folder, char const *name,
	struct spool_entry *entry);

/* Like spool_find, but looks only in seen/. */
int spool_find_seen(struct spool const *sp, char const *key, struct spool_entry *entry);

/* Has a file in new/, cur/, failed/ or done/, other than failed/EXCEPT, KEY and that id?
   1, 0; -1: errno. */
int spool_has_other(struct spool const *sp, char const *key, char const *id, char const *except);

/* Are new/, cur/, failed/, done/ and seen/ all empty? 1, 0; -1: errno. */
int spool_is_empty(struct spool const *sp);

/* Finds the highest number in all files and in seen/, or 0. Reads the whole spool. */
bool spool_highest(struct spool const *sp, uint64_t *highest);

#endif
