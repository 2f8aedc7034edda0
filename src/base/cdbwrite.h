/* Writing a cdb file (cr.yp.to/cdb/cdb.txt) in the place of another, whole or not at
   all. Until cdbwrite_replace the old one is untouched; whatever ends the program
   before that leaves at most a file called NAME.new, which the next run removes. The
   caller sees to it that no two of them work on one folder. */
#ifndef BASE_CDBWRITE_H
#define BASE_CDBWRITE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <sys/types.h>

struct cdbwrite_slot {
	uint32_t hash, pos;
};

struct cdbwrite {
	int dir;
	char const *name;
	char temp[64];
	FILE *file;
	uint64_t pos;
	struct cdbwrite_slot *slot;
	size_t count, cap;
};

/* Begins DIR/name, which belongs to the caller and has at most 59 octets; dir is a
   descriptor of the folder, which stays open. Each returns 0, or -1 with errno, and then
   only cdbwrite_abandon is left to do. EFBIG: over 4 GiB, a cdb's limit. */
int cdbwrite_start(struct cdbwrite *w, int dir, char const *name);
int cdbwrite_add(struct cdbwrite *w, char const *key, size_t kn, char const *value, size_t vn);

/* Writes the tables and syncs. The new file takes owner, group and mode of the one that
   it is to replace; without one it has `mode`. */
int cdbwrite_finish(struct cdbwrite *w, mode_t mode);

/* The rename; the folder is left to be synced by the caller. */
int cdbwrite_replace(struct cdbwrite *w);

/* Removes what there is of the new file; errno stays. After cdbwrite_replace it only
   frees memory. Also for a *w that is all zero. */
void cdbwrite_abandon(struct cdbwrite *w);

#endif
