/* A file on its way into the spool. */
#include "spool/draft.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int make(struct spool_draft const *d)
{
	return fd_openat(d->spool->fd, d->path, O_WRONLY | O_CREAT | O_EXCL, 0600);
}

bool spool_draft_open(struct spool_draft *d, struct spool const *sp, char const *id)
{
	d->spool = sp;
	d->held = 0;
	memcpy(d->path, "tmp/", 4);
	memcpy(d->path + 4, id, SPOOL_UUID);
	d->fd = make(d);
	if (d->fd < 0 && errno == ENOENT) {
		int tmp = spool_folder_open(sp, SPOOL_TMP); /* makes it */
		if (tmp >= 0) {
			fd_close(tmp);
			d->fd = make(d);
		}
	}
	if (d->fd < 0)
		d->path[0] = 0; /* nothing of ours to drop */
	return d->fd >= 0;
}

static bool flush(struct spool_draft *d)
{
	size_t n = d->held;
	d->held = 0;
	return fd_write_all(d->fd, d->out, n);
}

bool spool_draft_put(struct spool_draft *d, char const *s, size_t n)
{
	while (n > SPOOL_DRAFT_ROOM - d->held) {
		size_t part = SPOOL_DRAFT_ROOM - d->held;
		memcpy(d->out + d->held, s, part);
		d->held += part;
		s += part;
		n -= part;
		if (!flush(d))
			return false;
	}
	memcpy(d->out + d->held, s, n);
	d->held += n;
	return true;
}

/* A small message goes with what is held in one write. */
bool spool_draft_message(struct spool_draft *d, struct spool_message const *m)
{
	if (m->n <= SPOOL_DRAFT_ROOM / 4 && m->n <= SPOOL_DRAFT_ROOM - d->held)
		return spool_draft_put(d, m->s, m->n);
	return flush(d) && spool_message_copy(m, d->fd);
}

/* A spool that mail has filled to the brim could not be emptied either: the importer
   writes to it before it removes anything. What other drafts take shows here as well, so
   that any number of them at once leave that much. */
static bool leaves_room(int fd)
{
	struct statvfs disk;
	if (fstatvfs(fd, &disk) < 0)
		return false;
	uint64_t blocks = SPOOL_DRAFT_KEEP / disk.f_frsize, inodes = SPOOL_DRAFT_KEEP_FILES;
	if (blocks > disk.f_blocks / 16)
		blocks = disk.f_blocks / 16;
	if (inodes > disk.f_files / 16)
		inodes = disk.f_files / 16; /* 0 where the file system has no such limit */
	if (disk.f_bavail >= blocks && disk.f_favail >= inodes)
		return true;
	errno = ENOSPC;
	return false;
}

bool spool_draft_sync(struct spool_draft *d)
{
	bool fine = flush(d) && fd_fsync(d->fd) && leaves_room(d->fd);
	fd_close(d->fd);
	return fine;
}

static enum spool_draft_end commit(struct spool_draft *d, char const *key, int new)
{
	if (linkat(d->spool->fd, d->path, new, key, 0) < 0)
		return errno == EEXIST ? SPOOL_DRAFT_TAKEN : SPOOL_DRAFT_FAILED;
	if (fd_fsync(new))
		return SPOOL_DRAFT_DONE;
	/* The client will hear that it failed and come again: the file must not be sent. */
	int e = errno;
	int r = unlinkat(new, key, 0);
	errno = e;
	return r == 0 ? SPOOL_DRAFT_FAILED : SPOOL_DRAFT_UNKNOWN;
}

enum spool_draft_end spool_draft_commit(struct spool_draft *d, char const *key)
{
	int new = spool_folder_open(d->spool, SPOOL_NEW);
	if (new < 0)
		return SPOOL_DRAFT_FAILED;
	enum spool_draft_end end = commit(d, key, new);
	fd_close(new);
	return end;
}

void spool_draft_drop(struct spool_draft *d)
{
	int e = errno;
	if (d->path[0])
		unlinkat(d->spool->fd, d->path, 0);
	errno = e;
}
