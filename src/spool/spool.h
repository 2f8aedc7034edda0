/* The spool: a folder with eight folders, and the files `lock`, `count` and `clock`.
   saca-spool(5) describes what is in each, and the states of a file.

   The room, file by file:

	spool    opening a spool, its folders, paths in it
	lock     the locks on keys, and the importer's
	name     file names and the key in them                       (pure)
	file     the text of a spool file, written and read           (pure)
	envelope sender and recipients as a queue program gets them   (pure)
	input    reading message and envelope into memory
	login    the login and plan of a message                      (pure)
	key      the key of a transaction; its message is in fingerprint
	draft    a file being written to tmp/ and linked into new/
	commit   a whole transaction, from request to result
	submit   a request to the queue service, from the socket to the reply
	record   a small file that is changed in place under its lock
	number   the counter of sends; its text is in number_format   (pure)
	credit   the contacts that a plan may still send to; credit_format (pure)
	quota    a plan's limits of a day and of waiting octets; quota_format (pure)
	find     files by their key, and the highest number
	retire   removing files that are imported, setting others aside; seen_format (pure)
	requeue  an operator's retry and drop
	expire   removing old entries of seen/ and files of tmp/
	summary  the counts of files that wait or failed
	boot     the identity of this boot, for number and expire

   A function that returns bool sets errno when it returns false, unless its comment says
   otherwise. */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <dirent.h>
#include <stdbool.h>

#define SPOOL_PATH 300 /* octets of FOLDER/NAME, an ending and a NUL */

enum spool_folder {
	SPOOL_TMP,
	SPOOL_NEW,
	SPOOL_CUR,
	SPOOL_FAILED,
	SPOOL_DONE,
	SPOOL_SEEN,
	SPOOL_CREDIT,
	SPOOL_QUOTA,
	SPOOL_FOLDERS
};

/* The folders' names, by enum spool_folder. */
extern char const *const spool_folders[SPOOL_FOLDERS];

/* An open spool. fd is its folder, for the *at calls; lock is the file `lock`, -1 if the spool
   is only read. Both are close-on-exec. */
struct spool {
	int fd, lock;
};

/* Opens the spool at path. Makes the folder itself (its parent must exist), the eight
   folders (mode 0700) and `lock` (0600) where they are missing. Fails with EPERM if the
   spool belongs to another user; a caller who is root becomes that user first, for the
   rest of the process. Fails with EINVAL if path is missing and would be inside another
   spool. */
bool spool_open(struct spool *sp, char const *path);

/* The same for a program that hands out numbers. If it makes the folder itself, numbers begin
   at 1 there: the folder gets the sticky bit, which says so. In a folder that an operator
   made, saca-import must make the counter first (spool/number.h). */
bool spool_open_or_begin(struct spool *sp, char const *path);

/* Did spool_open_or_begin make the folder? 1, 0; -1: errno. */
int spool_is_own(struct spool const *sp);

/* Opens an existing spool to read it: changes nothing, needs no write permission, and takes
   no locks. Only functions that read may be called with it. */
bool spool_open_to_read(struct spool *sp, char const *path);

/* Closes the spool. This gives back every lock of this process on it. */
void spool_close(struct spool *sp);

/* Is there a spool at path? False with ENOENT: no, and spool_open would make one. */
bool spool_exists(char const *path);

/* Opens a folder for the *at calls, close-on-exec; makes it if it is missing, unless the spool
   is only read. -1: errno. */
int spool_folder_open(struct spool const *sp, enum spool_folder folder);

/* Opens a folder for readdir. NULL: errno. */
DIR *spool_folder_read(struct spool const *sp, enum spool_folder folder);

/* Closes a folder of spool_folder_read, and keeps errno. */
void spool_folder_done(DIR *d);

/* Syncs a folder's entries to disk. */
bool spool_folder_sync(struct spool const *sp, enum spool_folder folder);

/* Writes `FOLDER/NAME` and the ending. False: ENAMETOOLONG. */
bool spool_path(char path[SPOOL_PATH], enum spool_folder folder, char const *name, char const *ending);

#endif
