/* Retry and drop. With the key's lock, a spooler that looks for a repeat sees the state
   before or after. */
#include "spool/requeue.h"

#include "spool/credit.h"
#include "spool/find.h"
#include "spool/lock.h"
#include "spool/name.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A file of the spool. key: "": its name has none. */
struct target {
	enum spool_folder folder;
	char const *name;
	char key[SPOOL_KEY];
};

static bool remove_reason(struct spool const *sp, char const *name)
{
	char path[SPOOL_PATH];
	return spool_path(path, SPOOL_FAILED, name, ".reason")
		&& (unlinkat(sp->fd, path, 0) == 0 || errno == ENOENT);
}

/* Whether seen/KEY is about this file. *entry is then read from the file. 1, 0; -1: errno. */
static int is_seen(struct spool const *sp, struct target const *t, struct spool_entry *entry)
{
	struct spool_entry seen;
	int r = t->key[0] ? spool_find_seen(sp, t->key, &seen) : 0;
	if (r > 0)
		r = spool_read(sp, t->folder, t->name, entry);
	if (r < 0 && errno == EBADMSG) /* one of them has no id */
		return 0;
	return r > 0 ? !strcmp(seen.id, entry->id) : r;
}

static bool remove_seen(struct spool const *sp, char const *key)
{
	char path[SPOOL_PATH];
	return spool_path(path, SPOOL_SEEN, key, "")
		&& (unlinkat(sp->fd, path, 0) == 0 || errno == ENOENT) && spool_folder_sync(sp, SPOOL_SEEN);
}

/* Links and syncs the new name before it removes the old one: a crash leaves both, and the
   importer makes one send of them. Removes seen/KEY last, so that a repeat always finds the
   file or seen/KEY. */
static enum spool_requeue retry_locked(struct spool const *sp, struct target const *t)
{
	char from[SPOOL_PATH], to[SPOOL_PATH];
	struct spool_entry entry;
	int seen = is_seen(sp, t, &entry);
	if (seen < 0 || !spool_path(from, SPOOL_FAILED, t->name, "")
		|| !spool_path(to, SPOOL_NEW, t->key[0] ? t->key : t->name, ""))
		return SPOOL_REQUEUE_ERROR;
	if (linkat(sp->fd, from, sp->fd, to, 0) < 0)
		return errno == EEXIST ? SPOOL_REQUEUE_EXISTS : SPOOL_REQUEUE_ERROR;
	bool done = spool_folder_sync(sp, SPOOL_NEW) && unlinkat(sp->fd, from, 0) == 0 && remove_reason(sp, t->name)
		&& spool_folder_sync(sp, SPOOL_FAILED) && (!seen || remove_seen(sp, t->key));
	return done ? SPOOL_REQUEUE_DONE : SPOOL_REQUEUE_ERROR;
}

/* Removes seen/KEY first: alone it would answer repeats of a message that is gone. Keeps it
   if another file of the same send needs it. */
static enum spool_requeue drop_locked(struct spool const *sp, struct target const *t)
{
	char path[SPOOL_PATH];
	struct spool_entry entry;
	int seen = is_seen(sp, t, &entry), other = 0;
	if (seen > 0 && t->folder != SPOOL_FAILED)
		return SPOOL_REQUEUE_BEGUN;
	if (seen > 0)
		other = spool_has_other(sp, t->key, entry.id, t->name);
	if (seen < 0 || other < 0 || (seen && !other && !remove_seen(sp, t->key)))
		return SPOOL_REQUEUE_ERROR;
	bool done = spool_path(path, t->folder, t->name, "") && unlinkat(sp->fd, path, 0) == 0
		&& (t->folder != SPOOL_FAILED || remove_reason(sp, t->name))
		&& spool_folder_sync(sp, t->folder);
	return done ? SPOOL_REQUEUE_DONE : SPOOL_REQUEUE_ERROR;
}

/* Settles credit first, as the file or seen/KEY may decide what is pending. */
static enum spool_requeue with_lock(struct spool const *sp, enum spool_folder folder, char const *name,
	enum spool_requeue (*change)(struct spool const *, struct target const *))
{
	struct target t = {.folder = folder, .name = name};
	if (!spool_credit_settle_all(sp))
		return SPOOL_REQUEUE_ERROR;
	if (!spool_key_length(name))
		return change(sp, &t);
	spool_key_of(t.key, name);
	if (!spool_lock(sp, t.key))
		return SPOOL_REQUEUE_ERROR;
	enum spool_requeue r = change(sp, &t);
	int e = errno;
	if (!spool_unlock(sp, t.key))
		return SPOOL_REQUEUE_ERROR;
	errno = e;
	return r;
}

enum spool_requeue spool_retry(struct spool const *sp, char const *name)
{
	return with_lock(sp, SPOOL_FAILED, name, retry_locked);
}

enum spool_requeue spool_drop(struct spool const *sp, enum spool_folder folder, char const *name)
{
	return with_lock(sp, folder, name, drop_locked);
}
