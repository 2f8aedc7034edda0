/* The spool's folders, locks and retired files: what saca-spool and saca-import both
   do there. saca-spool(5) has the table of states and the argument; in short:

   - A file in new/ or cur/ is whole and synced. Only the importer takes one away, and
     only after its rows are in the store and seen/KEY is synced; or an operator drops it.
   - Who spools, retires, drops or puts back a file holds the lock of its key (a range of SPOOL/lock), so
     that the two never cross; files of other keys do not wait.

   Where a function returns bool, false means a system call failed and errno says how. */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define SPOOL_UUID 33 /* 32 hexadecimal digits and a NUL */
#define SPOOL_KEY 65  /* a key, 64 digits or a UUID's 32, and a NUL */

enum spool_folder {
	SPOOL_TMP,
	SPOOL_NEW,
	SPOOL_CUR,
	SPOOL_FAILED,
	SPOOL_DONE,
	SPOOL_SEEN,
	SPOOL_CREDIT,
	SPOOL_FOLDERS
};

/* fd is the spool's folder, for openat and kin; both are close-on-exec. */
struct spool {
	int fd, lock;
};

/* "tmp", "new", ...: the folders' names, by enum spool_folder. */
extern char const *const spool_folders[SPOOL_FOLDERS];

/* Opens the spool at path and makes what is missing of it: the folder itself (its
   parent must be there), the seven folders (0700) and `lock` (0600). EPERM: it belongs to
   somebody else; but a caller who is root becomes that owner first, for good. */
bool spool_open(struct spool *sp, char const *path);

/* Is there a spool at path? False: errno; ENOENT: there is none, and spool_open would make it. */
bool spool_is_there(char const *path);
void spool_close(struct spool *sp);

/* Opens one of the folders, for fdopendir and the *at calls. -1: errno. */
int spool_folder_open(struct spool const *sp, enum spool_folder folder);

/* Opens one for readdir; dirfd is for the *at calls. NULL: errno. */
DIR *spool_folder_read(struct spool const *sp, enum spool_folder folder);
void spool_folder_done(DIR *d); /* closes it, and leaves errno alone */

/* How many octets of a file's name are its key: leading lowercase hexadecimal digits,
   64 or 32, before the end, `:2,S`, `,S=1`, `.reason` or `.1`. 0: the name is none of
   ours. The one place that knows how Maildir readers rename what they move to cur/. */
size_t spool_key_length(char const *name);

/* Copies the key of a name that has one. */
void spool_key_of(char key[SPOOL_KEY], char const *name);

/* The lock of a key (a NUL-terminated one), which whoever spools or retires KEY holds;
   waits for it. One at a time. Every lock of the spool is given back by spool_close and at
   the process's end. */
bool spool_lock(struct spool const *sp, char const *key);
bool spool_unlock(struct spool const *sp, char const *key);

/* All keys at once: nobody is in the middle of spooling anything. */
bool spool_lock_all(struct spool const *sp);
bool spool_unlock_all(struct spool const *sp);

/* The importer's own lock, held until spool_close or the process's end.
   1: taken; 0: another importer is at work; -1: errno. */
int spool_import_lock(struct spool *sp);

/* --- What is there --- */

struct spool_entry {
	char id[SPOOL_UUID];
	uint64_t send; /* 0: only contacts */
};

/* Was KEY committed already: does seen/, new/ or cur/ have it? The folder where it is
   found is synced first. Call with the key's lock. 1: yes, *entry is set; 0: no; -1:
   errno (EBADMSG: what is there is no spool file). */
int spool_find(struct spool const *sp, char const *key, struct spool_entry *entry);

/* Does KEY carry that id, in whatever folder (failed/ and done/ too)? Synced likewise. */
int spool_carries(struct spool const *sp, char const *key, char const *id);

/* What the file folder/NAME says of itself. 1: *entry is set; 0: it is gone; -1: errno
   (EBADMSG: it is no spool file). */
int spool_read(struct spool const *sp, enum spool_folder folder, char const *name,
	struct spool_entry *entry);

/* What seen/ says of KEY; like spool_find, but for that folder alone. */
int spool_seen(struct spool const *sp, char const *key, struct spool_entry *entry);

/* Does a file in new/, cur/, failed/ or done/ carry KEY with that id, other than
   failed/EXCEPT? seen/ does not count. 1, 0; -1: errno. */
int spool_has_other(struct spool const *sp, char const *key, char const *id, char const *except);

/* Is there no file at all, be it waiting, failed, done or seen? 1, 0; -1: errno. */
int spool_is_empty(struct spool const *sp);

/* The highest number in the spool's files and in seen/; 0 if there is none. */
bool spool_highest(struct spool const *sp, uint64_t *highest);

/* --- Taking files out: for the importer --- */

/* A file that is done with. id has 32 digits; send is 0 for contacts alone. Where the
   file could not be read, id is NULL. */
struct spool_retired {
	enum spool_folder folder; /* SPOOL_NEW or SPOOL_CUR */
	char const *name;
	char const *id;
	uint64_t send;
};

/* Takes n files out of the spool, whose rows the store has for good: every send leaves
   a synced seen/KEY, then the files are removed, or moved to done/ if keep. A few syncs
   whatever n is. Files which are gone already are fine, so after a failure the same
   call can be made again. `now` is written to seen/. Call with the importer's lock. */
bool spool_retire(struct spool const *sp, struct spool_retired const *files, size_t n,
	bool keep, time_t now);

/* Moves a file that cannot be imported to failed/NAME, and writes failed/NAME.reason: one
   line, `2013-09-12T11:59:19Z text`; octets outside printable ASCII become `?`. NAME gets
   `.1`, `.2`... behind its key where another file has it. Synced; it leaves a seen/KEY
   as above. A file that is gone leaves nothing. Call with the importer's lock. */
bool spool_set_aside(struct spool const *sp, struct spool_retired const *file,
	char const *reason, time_t now);

/* --- Taking files out, and putting them back: for the operator --- */

enum spool_undo {
	SPOOL_UNDO_DONE,
	SPOOL_UNDO_TAKEN, /* put back: new/ has a file of that name already */
	SPOOL_UNDO_BEGUN, /* drop: its import has begun, so only the importer knows what to do */
	SPOOL_UNDO_ERROR  /* errno */
};

/* Puts failed/NAME back as new/KEY, to be imported again, and removes its reason. From then
   on it is the file that makes a repeat of it one: seen/KEY, where it was set aside, goes. */
enum spool_undo spool_put_back(struct spool const *sp, char const *name);

/* Removes a file from new/, cur/ or failed/ for good, and what was left in seen/ when it was
   set aside, so that its message can come again. A crash leaves both or the file alone. */
enum spool_undo spool_drop(struct spool const *sp, enum spool_folder folder, char const *name);

/* --- Forgetting: for the importer --- */

/* Removes seen/ entries older than 24 hours and tmp/ files older than 36, having settled
   what is pending in credit/. Entries from the future are stamped anew. Reads two
   folders: once a run, or every few minutes in a long one. */
bool spool_clean(struct spool const *sp, time_t now);

/* Makes sure that every number handed out from now on is above `above`; makes the
   counter where it is missing or unreadable (then also above every number in the spool). */
bool spool_raise_count(struct spool const *sp, uint64_t above);

#endif
