/* Constant databases (cr.yp.to/cdb/cdb.txt): read with skalibs, written here.

   Skalibs' lookup checks keys, but neither values nor the number of slots that it visits. cdbfile_*
   checks both, so that a damaged file cannot make it read outside the map or search for long.
   Skalibs' cdbmake_finish keeps all tables on the stack, 8 octets a record: a million senders
   exceed the usual limit of 8 MiB. cdbwrite_* keeps them on the heap. */
#ifndef BASE_CDB_H
#define BASE_CDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <skalibs/cdb.h>

/* --- Reading ------------------------------------------------------------------------------ */

struct cdbfile {
	cdb map;
};

#define CDBFILE_ZERO {CDB_ZERO}

enum cdbfile_result { CDBFILE_DAMAGED = -1, CDBFILE_NONE, CDBFILE_FOUND };

/* Maps the file; no descriptor stays open. False: errno; EINVAL: it is not a cdb, or it is cut short.
   A file that replaces it by rename(2) is not seen. Truncating the file in place kills every
   process that has mapped it. */
bool cdbfile_open(struct cdbfile *f, char const *path);
void cdbfile_close(struct cdbfile *f);

/* Looks up the first record of a key. FOUND: *value points into the map, and has *len octets. */
enum cdbfile_result cdbfile_find(struct cdbfile const *f, char const *key, size_t n,
	char const **value, size_t *len);

/* The same for each record of a key in turn, then NONE. *state begins as CDB_FIND_STATE_ZERO. */
enum cdbfile_result cdbfile_next(struct cdbfile const *f, char const *key, size_t n, cdb_find_state *state,
	char const **value, size_t *len);

/* --- Writing ------------------------------------------------------------------------------ */

/* A new file that will replace DIR/NAME. Until cdbwrite_replace the old one is untouched: a program
   that is killed before leaves a file NAME.new, which the next run removes. The caller makes sure
   that only one process writes in the directory. */
struct cdbwrite {
	int dir;
	char const *name;
	char temp[64];
	FILE *file;
	uint64_t pos;
	struct cdbwrite_slot *slot; /* count of them, on the heap */
	size_t count, cap;
};

/* Begins DIR/NAME. dir: a descriptor of the directory; name: at most 59 octets. Both stay the
   caller's. These four return false with errno; then only cdbwrite_abandon may follow. EFBIG: more
   than 4 GiB, the limit of the format. */
bool cdbwrite_start(struct cdbwrite *w, int dir, char const *name);
bool cdbwrite_add(struct cdbwrite *w, char const *key, size_t kn, char const *value, size_t vn);

/* Writes the tables and syncs the file. It gets owner, group and mode of the file that it will
   replace, or `mode` if there is none. */
bool cdbwrite_finish(struct cdbwrite *w, mode_t mode);

/* Renames the new file. The caller syncs the directory. */
bool cdbwrite_replace(struct cdbwrite *w);

/* Removes the new file and keeps errno. After cdbwrite_replace it only frees memory. *w may be all
   zero. */
void cdbwrite_abandon(struct cdbwrite *w);

#endif
