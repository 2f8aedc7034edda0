/* Reading a cdb that may be damaged: skalibs' lookup, which stays inside the map for
   keys but neither for values nor in the time it takes, behind checks of both. */
#ifndef BASE_CDB_H
#define BASE_CDB_H

#include <stddef.h>

#include <skalibs/cdb.h>

struct cdbfile {
	cdb map;
};

#define CDBFILE_ZERO {CDB_ZERO}

/* Maps the file. Returns 0, or -1 with errno; EINVAL: not a cdb, or cut short. Nothing
   is left open; cdbfile_close unmaps. A file that replaces this one by a rename is not
   seen; one that is cut short in place kills whoever has it mapped, as with any map. */
int cdbfile_open(struct cdbfile *f, char const *path);
void cdbfile_close(struct cdbfile *f);

/* The records of a key, one a call; *state starts as CDB_FIND_STATE_ZERO.
   1: found, *value and *len are set and point into the map; 0: there is none, or no
   more; -1: the file is damaged. */
int cdbfile_next(struct cdbfile const *f, char const *key, size_t n, cdb_find_state *state,
	char const **value, size_t *len);

/* The first of them. */
int cdbfile_find(struct cdbfile const *f, char const *key, size_t n,
	char const **value, size_t *len);

#endif
