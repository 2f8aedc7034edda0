/* Retry, renumber and drop. With the key's lock, a spooler that looks for a repeat sees the state
   before or after. */
#include "spool/requeue.h"

#include "base/fd.h"
#include "base/num.h"
#include "spool/credit.h"
#include "spool/file.h"
#include "spool/find.h"
#include "spool/lock.h"
#include "spool/name.h"
#include "spool/number.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A file of the spool. key: "": its name has none. */
struct target {
	enum spool_folder folder;
	char const *name;
	char key[SPOOL_KEY];
	struct spool_renumbered *numbers; /* of renumber */
};

static bool remove_reason(struct spool const *sp, char const *name)
{
	char path[SPOOL_PATH];
	return spool_path(path, SPOOL_FAILED, name, ".reason")
		&& (unlinkat(sp->fd, path, 0) == 0 || errno == ENOENT);
}

/* Is seen/KEY about this file? *entry is then read from the file. 1, 0; -1: errno. */
static int is_seen(struct spool const *sp, struct target const *t, struct spool_entry *entry)
{
	struct spool_entry seen;
	int r = t->key[0] ? spool_find_seen(sp, t->key, &seen) : 0;
	if (r > 0)
		r = spool_read(sp, t->folder, t->name, entry);
	if (r < 0 && errno == EBADMSG) /* the entry or the file has no id */
		return 0;
	return r > 0 ? !strcmp(seen.id, entry->id) : r;
}

static bool remove_seen(struct spool const *sp, char const *key)
{
	char path[SPOOL_PATH];
	return spool_path(path, SPOOL_SEEN, key, "")
		&& (unlinkat(sp->fd, path, 0) == 0 || errno == ENOENT) && spool_folder_sync(sp, SPOOL_SEEN);
}

/* Replaces failed/NAME by the file `source` in new/. Links and syncs the new name before it removes
   the old one: a crash leaves both, and the importer makes one send of them. Removes seen/KEY
   last, so that a repeat always finds the file or seen/KEY. */
static enum spool_requeue put_back(struct spool const *sp, struct target const *t, char const *source)
{
	char from[SPOOL_PATH], to[SPOOL_PATH];
	struct spool_entry entry;
	int seen = is_seen(sp, t, &entry);
	if (seen < 0 || !spool_path(from, SPOOL_FAILED, t->name, "")
		|| !spool_path(to, SPOOL_NEW, t->key[0] ? t->key : t->name, ""))
		return SPOOL_REQUEUE_ERROR;
	if (linkat(sp->fd, source, sp->fd, to, 0) < 0)
		return errno == EEXIST ? SPOOL_REQUEUE_EXISTS : SPOOL_REQUEUE_ERROR;
	bool done = spool_folder_sync(sp, SPOOL_NEW) && unlinkat(sp->fd, from, 0) == 0 && remove_reason(sp, t->name)
		&& spool_folder_sync(sp, SPOOL_FAILED) && (!seen || remove_seen(sp, t->key));
	return done ? SPOOL_REQUEUE_DONE : SPOOL_REQUEUE_ERROR;
}

static enum spool_requeue retry_locked(struct spool const *sp, struct target const *t)
{
	char from[SPOOL_PATH];
	return spool_path(from, SPOOL_FAILED, t->name, "") ? put_back(sp, t, from) : SPOOL_REQUEUE_ERROR;
}

/* --- Renumber ----------------------------------------------------------------------------- */

#define SEND "\nX-Saca-Send: "
#define PIECE 65536

/* Copies a file from offset `at` on. */
static bool copy_rest(int in, off_t at, int out)
{
	static char piece[PIECE];
	ssize_t n;
	while ((n = fd_pread_all(in, piece, sizeof piece, at)) > 0) {
		if (!fd_write_all(out, piece, (size_t)n))
			return false;
		at += n;
	}
	return n == 0;
}

/* Copies a spool file with another number, and syncs the copy. */
static bool copy_with_number(int in, int out, uint64_t number)
{
	char head[SPOOLFILE_HEAD + 1], digits[NUM_FMT];
	ssize_t n = fd_pread_all(in, head, SPOOLFILE_HEAD, 0);
	if (n < 0)
		return false;
	head[n] = 0;
	char const *field = strstr(head, SEND), *start = field ? field + sizeof SEND - 1 : NULL;
	char const *end = start ? strchr(start, '\n') : NULL;
	if (!end)
		return errno = EBADMSG, false;
	return fd_write_all(out, head, (size_t)(start - head)) && fd_write_all(out, digits, num_fmt(digits, number))
		&& copy_rest(in, end - head, out) && fd_fsync(out);
}

/* Writes tmp/KEY.renumber from failed/NAME. */
static bool write_copy(struct spool const *sp, struct target const *t, char const *to)
{
	char from[SPOOL_PATH];
	if (!spool_path(from, SPOOL_FAILED, t->name, "") || (unlinkat(sp->fd, to, 0) < 0 && errno != ENOENT))
		return false;
	int in = fd_openat(sp->fd, from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	int out = in >= 0 ? fd_openat(sp->fd, to, O_WRONLY | O_CREAT | O_EXCL, 0600) : -1;
	bool done = out >= 0 && copy_with_number(in, out, t->numbers->after);
	if (out >= 0)
		fd_close(out);
	if (in >= 0)
		fd_close(in);
	return done;
}

/* Checks before it takes a number. 1: the file can be renumbered; 0: *result says why not. */
static int check_renumber(struct spool const *sp, struct target const *t, enum spool_requeue *result)
{
	char to[SPOOL_PATH];
	struct spool_entry entry;
	*result = SPOOL_REQUEUE_ERROR;
	int r = spool_read(sp, SPOOL_FAILED, t->name, &entry);
	if (r == 0)
		errno = ENOENT;
	if (r < 1 || !spool_path(to, SPOOL_NEW, t->key[0] ? t->key : t->name, ""))
		return 0;
	t->numbers->before = entry.send;
	if (!entry.send)
		*result = SPOOL_REQUEUE_CONTACTS;
	else if (faccessat(sp->fd, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		*result = SPOOL_REQUEUE_EXISTS;
	else if (errno == ENOENT)
		return 1;
	return 0;
}

static enum spool_requeue renumber_locked(struct spool const *sp, struct target const *t)
{
	struct spool_renumbered *n = t->numbers;
	char copy[SPOOL_PATH];
	enum spool_requeue result;
	if (!check_renumber(sp, t, &result))
		return result;
	enum spool_number r = spool_number_take(sp, n->residue, n->hosts, &n->after);
	if (r != SPOOL_NUMBER_OK)
		return r == SPOOL_NUMBER_ERROR ? SPOOL_REQUEUE_ERROR : SPOOL_REQUEUE_NO_NUMBER;
	if (!spool_path(copy, SPOOL_TMP, t->key[0] ? t->key : t->name, ".renumber"))
		return SPOOL_REQUEUE_ERROR;
	result = write_copy(sp, t, copy) ? put_back(sp, t, copy) : SPOOL_REQUEUE_ERROR;
	int e = errno;
	unlinkat(sp->fd, copy, 0); /* if that fails, saca-import removes it once it is old */
	errno = e;
	return result;
}

/* --- Drop --------------------------------------------------------------------------------- */

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
static enum spool_requeue with_lock(struct spool const *sp, struct target t,
	enum spool_requeue (*change)(struct spool const *, struct target const *))
{
	if (!spool_credit_settle_all(sp))
		return SPOOL_REQUEUE_ERROR;
	if (!spool_key_length(t.name))
		return change(sp, &t);
	spool_key_of(t.key, t.name);
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
	return with_lock(sp, (struct target){.folder = SPOOL_FAILED, .name = name}, retry_locked);
}

enum spool_requeue spool_renumber(struct spool const *sp, char const *name, struct spool_renumbered *numbers)
{
	return with_lock(sp, (struct target){.folder = SPOOL_FAILED, .name = name, .numbers = numbers}, renumber_locked);
}

enum spool_requeue spool_drop(struct spool const *sp, enum spool_folder folder, char const *name)
{
	return with_lock(sp, (struct target){.folder = folder, .name = name}, drop_locked);
}
