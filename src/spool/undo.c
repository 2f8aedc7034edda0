/* What an operator does to a file that waits or was set aside: all under its key's lock, so that
   a spooler which looks for a repeat sees either all of the file, or nothing. */
#include "spool/spool.h"

#include "base/fd.h"
#include "spool/credit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH 300 /* a folder, a file's name and `.reason` */

/* One file of the spool. key: "" where its name has none. */
struct target {
	enum spool_folder folder;
	char const *name;
	char key[SPOOL_KEY];
};

static bool path_of(char path[PATH], enum spool_folder folder, char const *name, char const *ending)
{
	int n = snprintf(path, PATH, "%s/%s%s", spool_folders[folder], name, ending);
	if (n >= 0 && n < PATH)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

static bool sync_folder(struct spool const *sp, enum spool_folder folder)
{
	int dir = spool_folder_open(sp, folder);
	bool fine = dir >= 0 && fd_fsync(dir);
	if (dir >= 0)
		fd_close(dir);
	return fine;
}

static bool remove_reason(struct spool const *sp, char const *name)
{
	char path[PATH];
	return path_of(path, SPOOL_FAILED, name, ".reason")
		&& (unlinkat(sp->fd, path, 0) == 0 || errno == ENOENT);
}

/* Is seen/KEY about this very file? *entry is what the file says. 1, 0; -1: errno. Where
   nothing was seen the file need not be one that can be read. */
static int is_seen(struct spool const *sp, struct target const *t, struct spool_entry *entry)
{
	struct spool_entry seen;
	int r = t->key[0] ? spool_seen(sp, t->key, &seen) : 0;
	if (r > 0)
		r = spool_read(sp, t->folder, t->name, entry);
	if (r < 0 && errno == EBADMSG) /* one of them says nothing of an id */
		return 0;
	return r > 0 ? !strcmp(seen.id, entry->id) : r;
}

static bool forget(struct spool const *sp, char const *key)
{
	char path[PATH];
	return path_of(path, SPOOL_SEEN, key, "")
		&& (unlinkat(sp->fd, path, 0) == 0 || errno == ENOENT) && sync_folder(sp, SPOOL_SEEN);
}

/* --- Putting back ----------------------------------------------------------------------- */

/* It is there, and synced, before it is here no longer: a crash leaves two names, and the
   importer makes one send of them. seen/ goes last: at no moment does a repeat find neither. */
static enum spool_undo put_back(struct spool const *sp, struct target const *t)
{
	char from[PATH], to[PATH];
	struct spool_entry entry;
	int seen = is_seen(sp, t, &entry);
	if (seen < 0 || !path_of(from, SPOOL_FAILED, t->name, "")
		|| !path_of(to, SPOOL_NEW, t->key[0] ? t->key : t->name, ""))
		return SPOOL_UNDO_ERROR;
	if (linkat(sp->fd, from, sp->fd, to, 0) < 0)
		return errno == EEXIST ? SPOOL_UNDO_TAKEN : SPOOL_UNDO_ERROR;
	bool fine = sync_folder(sp, SPOOL_NEW) && unlinkat(sp->fd, from, 0) == 0 && remove_reason(sp, t->name)
		&& sync_folder(sp, SPOOL_FAILED) && (!seen || forget(sp, t->key));
	return fine ? SPOOL_UNDO_DONE : SPOOL_UNDO_ERROR;
}

/* --- Dropping --------------------------------------------------------------------------- */

/* seen/ goes first, since a crash must not leave it alone: a repeat would be answered for a
   message that nobody has. It stays where another file of the same send needs it. */
static enum spool_undo drop(struct spool const *sp, struct target const *t)
{
	char path[PATH];
	struct spool_entry entry;
	int seen = is_seen(sp, t, &entry), other = 0;
	if (seen > 0 && t->folder != SPOOL_FAILED)
		return SPOOL_UNDO_BEGUN;
	if (seen > 0)
		other = spool_has_other(sp, t->key, entry.id, t->name);
	if (seen < 0 || other < 0 || (seen && !other && !forget(sp, t->key)))
		return SPOOL_UNDO_ERROR;
	bool fine = path_of(path, t->folder, t->name, "") && unlinkat(sp->fd, path, 0) == 0
		&& (t->folder != SPOOL_FAILED || remove_reason(sp, t->name))
		&& sync_folder(sp, t->folder);
	return fine ? SPOOL_UNDO_DONE : SPOOL_UNDO_ERROR;
}

/* --- Both ------------------------------------------------------------------------------- */

/* A pending amount is judged by what carries its id, in seen/ or wherever else: so it is
   settled before that goes. */
static enum spool_undo locked(struct spool const *sp, enum spool_folder folder, char const *name,
	enum spool_undo (*undo)(struct spool const *, struct target const *))
{
	struct target t = {.folder = folder, .name = name};
	if (!spool_credit_settle_all(sp))
		return SPOOL_UNDO_ERROR;
	if (!spool_key_length(name))
		return undo(sp, &t);
	spool_key_of(t.key, name);
	if (!spool_lock(sp, t.key))
		return SPOOL_UNDO_ERROR;
	enum spool_undo r = undo(sp, &t);
	int e = errno;
	if (!spool_unlock(sp, t.key))
		return SPOOL_UNDO_ERROR;
	errno = e;
	return r;
}

enum spool_undo spool_put_back(struct spool const *sp, char const *name)
{
	return locked(sp, SPOOL_FAILED, name, put_back);
}

enum spool_undo spool_drop(struct spool const *sp, enum spool_folder folder, char const *name)
{
	return locked(sp, folder, name, drop);
}
