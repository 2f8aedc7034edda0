/* Writing a file of the spool. */
#define _FILE_OFFSET_BITS 64
#include "spool/draft.h"

#include "base/date.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int create_file(struct draft const *d)
{
	return fd_openat(d->spool->fd, d->path, O_WRONLY | O_CREAT | O_EXCL, 0600);
}

static bool open_draft(struct draft *d, struct spool const *sp, char const *id)
{
	d->spool = sp;
	d->held = 0;
	memcpy(d->path, "tmp/", 4);
	memcpy(d->path + 4, id, SPOOL_UUID);
	d->fd = create_file(d);
	if (d->fd < 0 && errno == ENOENT) {
		int tmp = spool_folder_open(sp, SPOOL_TMP); /* makes the folder */
		if (tmp >= 0) {
			fd_close(tmp);
			d->fd = create_file(d);
		}
	}
	if (d->fd < 0)
		d->path[0] = 0;
	return d->fd >= 0;
}

static bool flush_draft(struct draft *d)
{
	size_t n = d->held;
	d->held = 0;
	return fd_write_all(d->fd, d->out, n);
}

/* Appends octets. More than half a buffer are written directly, without a copy. */
static bool put_octets(struct draft *d, char const *s, size_t n)
{
	if (n > DRAFT_BUFFER - d->held && !flush_draft(d))
		return false;
	if (n > DRAFT_BUFFER / 2)
		return flush_draft(d) && fd_write_all(d->fd, s, n);
	if (n == 0)
		return true;
	memcpy(d->out + d->held, s, n);
	d->held += n;
	return true;
}

/* --- The fields ------------------------------------------------------------------------- */

/* Makes the fields before and after the recipients. Dates are UTC: a time zone would be a
   file to read. */
static bool make_fields(struct buf *before, struct buf *after, struct draft_head const *h)
{
	char iso[DATE_ISO], date[DATE_RFC5322];
	struct tm tm;
	struct trace origin = h->origin;
	if (!date_utc(&tm, h->date))
		return errno = EOVERFLOW, false;
	struct spoolfile f = {.send = h->send, .id = {origin.id, strlen(origin.id)},
		.user = {h->user, strlen(h->user)}, .ip = {origin.ip, strlen(origin.ip)},
		.date = {iso, date_iso(iso, &tm)}, .sandbox = h->sandbox,
		.recipients = (uint32_t)h->envelope->count};
	f.sender.s = envelope_sender(h->envelope, &f.sender.n);
	date_rfc5322(date, &tm, 0);
	origin.date = date;
	if (spoolfile_head(before, &f) && trace_received(after, &origin))
		return true;
	errno = ENOMEM;
	return false;
}

static bool put_recipients(struct draft *d, struct envelope const *e)
{
	static char const name[] = SPOOLFILE_DELIVERED;
	for (size_t i = 0; i < e->count; i++) {
		size_t n;
		char const *s = envelope_recipient(e, i, &n);
		if (!put_octets(d, name, sizeof name - 1) || !put_octets(d, s, n) || !put_octets(d, "\n", 1))
			return false;
	}
	return true;
}

static bool put_head(struct draft *d, struct spool const *sp, struct draft_head const *h)
{
	struct buf before = BUF_ZERO, after = BUF_ZERO;
	bool done = make_fields(&before, &after, h) && open_draft(d, sp, h->origin.id)
		&& put_octets(d, before.s, before.len) && put_recipients(d, h->envelope)
		&& put_octets(d, after.s, after.len);
	int e = errno;
	buf_free(&before);
	buf_free(&after);
	errno = e;
	return done;
}

/* --- The disk --------------------------------------------------------------------------- */

/* Is the importer's reserve still free? Called after the draft is on disk, so that
   what other drafts take is counted too. */
static bool leaves_room(int fd)
{
	struct statvfs disk;
	if (fstatvfs(fd, &disk) < 0)
		return false;
	uint64_t blocks = DRAFT_KEEP / disk.f_frsize, inodes = DRAFT_KEEP_FILES;
	if (blocks > disk.f_blocks / 16)
		blocks = disk.f_blocks / 16;
	if (inodes > disk.f_files / 16)
		inodes = disk.f_files / 16; /* 0: the file system does not count inodes */
	if (disk.f_bavail >= blocks && disk.f_favail >= inodes)
		return true;
	errno = ENOSPC;
	return false;
}

bool draft_write(struct draft *d, struct spool const *sp, struct draft_head const *head,
	char const *message, size_t n)
{
	d->fd = -1;
	bool done = put_head(d, sp, head) && put_octets(d, message, n) && flush_draft(d)
		&& fd_fsync(d->fd) && leaves_room(d->fd);
	if (d->fd >= 0)
		fd_close(d->fd);
	return done;
}

static enum draft_end link_draft(struct draft *d, char const *key, int new)
{
	if (linkat(d->spool->fd, d->path, new, key, 0) < 0)
		return errno == EEXIST ? DRAFT_EXISTS : DRAFT_FAILED;
	if (fd_fsync(new))
		return DRAFT_COMMITTED;
	/* The client gets a temporary failure and sends the message again: this file must not be
	   imported. */
	int e = errno;
	int r = unlinkat(new, key, 0);
	errno = e;
	return r == 0 ? DRAFT_FAILED : DRAFT_UNKNOWN;
}

enum draft_end draft_commit(struct draft *d, char const *key)
{
	int new = spool_folder_open(d->spool, SPOOL_NEW);
	if (new < 0)
		return DRAFT_FAILED;
	enum draft_end end = link_draft(d, key, new);
	fd_close(new);
	return end;
}

void draft_remove(struct draft *d)
{
	int e = errno;
	if (d->path[0])
		unlinkat(d->spool->fd, d->path, 0);
	d->path[0] = 0;
	errno = e;
}
