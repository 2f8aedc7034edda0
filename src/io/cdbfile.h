/* Reading a cdb that may be damaged (skalibs' cdb, behind a check of the file). */
#ifndef IO_CDBFILE_H
#define IO_CDBFILE_H

#include <stddef.h>

#include <skalibs/cdb.h>

struct cdbfile {
	cdb map;
};

#define CDBFILE_ZERO {CDB_ZERO}

/* Maps the file. Returns 0, or -1 with errno; EINVAL: not a regular file, or shorter
   than a cdb's table. Nothing is left open; cdbfile_close unmaps. */
int cdbfile_open(struct cdbfile *f, char const *path);
void cdbfile_close(struct cdbfile *f);

/* The first record of that key. 1: found, *value and *len are set and point into the
   map; 0: there is none; -1: the file is damaged. */
int cdbfile_find(struct cdbfile const *f, char const *key, size_t n,
	char const **value, size_t *len);

#endif
