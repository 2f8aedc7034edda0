/* Constant databases (cr.yp.to/cdb/cdb.txt): read with skalibs, written here.

   The functions cdb_file_* also check the values and the number of slots that a lookup visits.
   With a damaged file skalibs' lookup would read outside the map, or search for long. Skalibs'
   cdbmake_finish keeps all tables on the stack, 8 octets a record: a million senders exceed the
   usual limit of 8 MiB. cdb_write_* keeps them on the heap. */
#ifndef BASE_CDB_H
#define BASE_CDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#include <skalibs/cdb.h>

/* --- Reading ------------------------------------------------------------------------------ */

struct cdb_file {
	cdb map;
	dev_t device; /* these three identify the mapped file: cdb_file_update */
	ino_t inode;
	struct timespec changed;
};

#define CDB_FILE_ZERO {.map = CDB_ZERO}

enum cdb_file_result { CDB_FILE_DAMAGED = -1, CDB_FILE_NONE, CDB_FILE_FOUND };

/* Maps the file; no descriptor stays open. False: errno; EINVAL: it is not a cdb, or it is cut short.
   A file that replaces it by rename(2) is not seen. Truncating the file in place kills every
   process that has mapped it. */
bool cdb_file_open(struct cdb_file *f, char const *path);

/* The same in two steps. cdb_file_descriptor returns a descriptor, or -1 with errno; cdb_file_map
   maps it and leaves it open. */
int cdb_file_descriptor(char const *path);
bool cdb_file_map(struct cdb_file *f, int fd);

/* Opens the file as cdb_file_open, unless *f already maps the file that the path names now: for a
   process that stays. *f is CDB_FILE_ZERO before the first call. False: *f is closed. */
bool cdb_file_update(struct cdb_file *f, char const *path);

/* Unmaps the file. */
void cdb_file_close(struct cdb_file *f);

/* Looks up the first record of a key. FOUND: *value points into the map, and has *len octets. */
enum cdb_file_result cdb_file_find(struct cdb_file const *f, char const *key, size_t n,
	char const **value, size_t *len);

/* The same for each record of a key in turn, then NONE. *state begins as CDB_FIND_STATE_ZERO. */
enum cdb_file_result cdb_file_next(struct cdb_file const *f, char const *key, size_t n, cdb_find_state *state,
	char const **value, size_t *len);

/* --- Writing ------------------------------------------------------------------------------ */

/* A new file that will replace DIR/NAME. Until cdb_write_replace the old one is untouched: a program
   that is killed before leaves a file NAME.new, which the next run removes. The caller makes sure
   that only one process writes in the directory. */
struct cdb_write {
	int dir;
	char const *name;
	char temp[64];
	FILE *file;
	uint64_t pos;
	struct cdb_write_slot *slot; /* count of them, on the heap */
	size_t count, cap;
};

/* Begins DIR/NAME. dir: a descriptor of the directory; name: at most 59 octets. Both stay the
   caller's. These four return false with errno; then only cdb_write_abandon may follow. EFBIG: more
   than 4 GiB, the limit of the format. */
bool cdb_write_start(struct cdb_write *w, int dir, char const *name);
bool cdb_write_add(struct cdb_write *w, char const *key, size_t kn, char const *value, size_t vn);

/* Writes the tables and syncs the file. It gets owner, group and mode of the file that it will
   replace. If that does not exist, it gets `mode`. */
bool cdb_write_finish(struct cdb_write *w, mode_t mode);

/* The two halves of cdb_write_finish: several files can be written before they are synced. */
bool cdb_write_flush(struct cdb_write *w, mode_t mode);
bool cdb_write_sync(struct cdb_write *w);

/* Renames the new file. The caller syncs the directory. */
bool cdb_write_replace(struct cdb_write *w);

/* Removes the new file and keeps errno. After cdb_write_replace it only frees memory. *w may be all
   zero. */
void cdb_write_abandon(struct cdb_write *w);

#endif
