/* The importer's loop. A transaction's life: read each file and put its rows, sync the
   images, COMMIT, set aside what was refused, retire what is in the store. A crash
   before COMMIT leaves everything as it was; one behind it leaves files whose rows are
   there already, which the next run only retires. */
#include "import/import.h"

#include "spool/lock.h"
#include "spool/name.h"
#include "spool/retire.h"
#include "base/ascii.h"
#include "base/date.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file is read whole, and its text and HTML are in memory several times over while they
   are converted. saca-import(8) tells this number, the reason for setting aside too. */
#define FILE_MAX ((off_t)512 << 20)

/* failed/ adds `.1` and `.reason` to a name, and few file systems take more than 255
   octets. Ours are shorter by far. */
#define NAME_LONGEST 240

/* Octets of a transaction that a hosted image counts for: it is a file of its own, to be synced
   while nobody else can write to the store. saca-import(8) tells this, too. */
#define IMAGE_COST 65536

/* Octets told of the cids that a message does not bring, and of those that are not hosted. */
#define LACKS_MAX 200

/* How often a transaction is tried that the store wants repeated, and the longest wait
   between two tries, in milliseconds. */
#define TRIES 30
#define WAIT_MAX 1000

/* What becomes of a file of the transaction at hand, once that is committed. */
struct import_fate {
	enum { FATE_RETIRE, FATE_ASIDE, FATE_LEAVE, FATE_GONE } what;
	char *reason; /* of FATE_ASIDE and FATE_LEAVE; freed after use */
	char *lacks;  /* of FATE_RETIRE: what its HTML points at and is not shown; one line */
	char id[SPOOL_UUID];
	uint64_t send;
};

/* The files [first, end) of the batch are one transaction. */
struct span {
	size_t first, end, octets;
	struct import_count count;
};

static bool fail(struct import *im, char const *what, char const *why)
{
	snprintf(im->error, sizeof im->error, "%s: %s", what, why);
	return false;
}

static bool fail_store(struct import *im)
{
	return fail(im, "store", im->store->reason);
}

enum load { LOAD_OK, LOAD_GONE, LOAD_HUGE, LOAD_UNREAD, LOAD_FAILED };

/* Are we ourselves short of something, so that every other file would fail too? */
static bool is_shortage(int e)
{
	return e == ENOMEM || e == EMFILE || e == ENFILE;
}

static enum load read_all(int fd, struct buf *out)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return LOAD_UNREAD;
	if (st.st_size > FILE_MAX)
		return LOAD_HUGE;
	out->len = 0;
	/* One octet more than there should be, to see the end without another read. */
	if (!buf_reserve(out, (size_t)st.st_size + 1))
		return LOAD_FAILED;
	for (;;) {
		ssize_t n = read(fd, out->s + out->len, out->cap - out->len);
		if (n == 0)
			return LOAD_OK;
		if (n < 0 && errno != EINTR)
			return LOAD_UNREAD;
		out->len += n > 0 ? (size_t)n : 0;
		if (out->len > (size_t)FILE_MAX)
			return LOAD_HUGE;
		if (!buf_reserve(out, 1))
			return LOAD_FAILED;
	}
}

static enum load load(struct import *im, struct batch_file const *f)
{
	char path[8 + NAME_LONGEST + 1];
	strcat(strcat(strcpy(path, spool_folders[f->folder]), "/"), f->name);
	int fd = openat(im->spool->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? LOAD_GONE : is_shortage(errno) ? LOAD_FAILED : LOAD_UNREAD;
	enum load r = read_all(fd, &im->entry.octets);
	int e = errno;
	close(fd);
	errno = e;
	return r;
}

static bool refuse(struct import *im, struct import_fate *fate, char const *reason)
{
	fate->what = FATE_ASIDE;
	fate->reason = strdup(reason);
	return fate->reason || fail(im, "spool", "out of memory");
}

static bool leave(struct import *im, struct import_fate *fate, char const *reason)
{
	bool kept = refuse(im, fate, reason);
	fate->what = FATE_LEAVE;
	return kept;
}

/* Reads one file into im->entry. *put: it has rows to be put; else its fate is set. */
static bool read_entry(struct import *im, struct batch_file const *f, struct import_fate *fate,
	bool *put)
{
	*put = false;
	if (strlen(f->name) > NAME_LONGEST)
		return leave(im, fate, "its name is too long to be set aside");
	switch (load(im, f)) {
	case LOAD_GONE:
		fate->what = FATE_GONE;
		return true;
	case LOAD_UNREAD:
		return leave(im, fate, strerror(errno));
	case LOAD_HUGE:
		return refuse(im, fate, "the file is larger than 512 MiB");
	case LOAD_FAILED:
		return fail(im, f->name, strerror(errno));
	case LOAD_OK:
		break;
	}
	enum entry_result r = entry_read(&im->entry, &im->options);
	strcpy(fate->id, im->entry.id);
	fate->send = im->entry.file.send;
	if (r == ENTRY_FAILED || r == ENTRY_WEB)
		return fail(im, r == ENTRY_WEB ? webfolder_path(im->options.web) : f->name, im->entry.reason);
	if (r == ENTRY_REFUSED)
		return refuse(im, fate, im->entry.reason);
	*put = true;
	return true;
}

static void stamp(char out[DATE_ISO])
{
	struct tm tm;
	if (!date_utc(&tm, time(NULL)) || !date_iso(out, &tm))
		strcpy(out, "1970-01-01T00:00:00Z");
}

/* Appends cids, if there are any, behind what is to be said of them; those cut at LACKS_MAX
   octets. False: out of memory. */
static bool put_lacks(struct buf *line, char const *words, struct content_cids const *cids)
{
	if (!cids->count)
		return true;
	bool well = (!line->len || buf_puts(line, "; ")) && buf_puts(line, words);
	size_t from = line->len;
	for (size_t i = 0; well && i < cids->count && line->len - from < LACKS_MAX; i++)
		well = buf_puts(line, " cid:") && buf_put(line, cids->ids[i].s, cids->ids[i].len);
	if (line->len - from > LACKS_MAX)
		line->len = from + LACKS_MAX;
	return well;
}

/* Appends the options whose value is unknown, if there are any. False: out of memory. */
static bool put_unknown_options(struct buf *line, struct buf const *options)
{
	return !options->len || ((!line->len || buf_puts(line, "; "))
		&& buf_puts(line, "why: unknown value, so the default counts: ") && buf_put(line, options->s, options->len));
}

/* Notes the cids that are not hosted and the options that are not known, as one line of ASCII
   for the operator. False: out of memory. */
static bool note_lacks(struct import const *im, struct import_fate *fate)
{
	struct content const *c = &im->entry.content;
	struct buf line = BUF_ZERO;
	bool well = put_lacks(&line, "its HTML points at what is not in the message:", &c->unresolved)
		&& put_lacks(&line, "its HTML points at what is no image of a kind that is hosted:", &c->unhosted)
		&& put_unknown_options(&line, &im->entry.unknown_options);
	for (size_t i = 0; i < line.len; i++)
		if (!ascii_is_print(line.s[i]))
			line.s[i] = '?';
	if (well && line.len)
		well = (fate->lacks = strndup(line.s, line.len)) != NULL;
	buf_free(&line);
	return well;
}

static enum store_result put_entry(struct import *im, struct import_fate *fate, struct span *s)
{
	char now[DATE_ISO];
	struct store_count count = {0, 0};
	stamp(now);
	im->entry.row.imported_at = now;
	im->entry.row.state = im->entry.file.sandbox ? "test" : im->state;
	enum store_result r = store_put(im->store, &im->entry.row, &count);
	if (r == STORE_OK) {
		s->count.imported++;
		s->count.sends += fate->send != 0;
		s->count.contacts += count.contacts;
		s->count.fresh += count.fresh;
		if (!note_lacks(im, fate)) {
			fail(im, "spool", "out of memory");
			r = STORE_FAILED;
		}
	} else if (r == STORE_ALREADY) {
		s->count.repeated++;
		r = STORE_OK;
	} else if (r == STORE_REFUSED) {
		r = refuse(im, fate, im->store->reason) ? STORE_OK : STORE_FAILED;
	}
	return r;
}

/* Puts the rows of one transaction's files, as many as it takes. */
static enum store_result fill(struct import *im, struct span *s)
{
	for (s->end = s->first; s->end < im->batch.n; s->end++) {
		struct import_fate *fate = &im->fates[s->end - s->first];
		bool put;
		if (s->end - s->first == im->most_files || s->octets >= im->most_octets)
			break;
		*fate = (struct import_fate){.what = FATE_RETIRE};
		if (!read_entry(im, &im->batch.files[s->end], fate, &put))
			return STORE_FAILED;
		if (!put)
			continue;
		s->octets += im->entry.octets.len + im->entry.content.image_count * IMAGE_COST;
		enum store_result r = put_entry(im, fate, s);
		if (r == STORE_FAILED && !im->error[0])
			fail_store(im);
		if (r != STORE_OK) {
			s->end++;
			return r;
		}
	}
	return STORE_OK;
}

static void forget_fates(struct import *im, struct span const *s)
{
	for (size_t i = s->first; i < s->end; i++) {
		struct import_fate *fate = &im->fates[i - s->first];
		free(fate->reason);
		free(fate->lacks);
		fate->reason = fate->lacks = NULL;
	}
}

static enum store_result attempt(struct import *im, struct span *s)
{
	enum store_result r = im->store->begin(im->store, STORE_WRITE);
	if (r == STORE_FAILED)
		fail_store(im);
	if (r != STORE_OK)
		return r;
	r = fill(im, s);
	if (r == STORE_OK && im->options.web && !webfolder_sync(im->options.web)) {
		fail(im, webfolder_path(im->options.web), strerror(errno));
		r = STORE_FAILED;
	}
	if (r != STORE_OK) {
		im->store->rollback(im->store);
		return r;
	}
	r = im->store->commit(im->store);
	if (r == STORE_FAILED)
		fail_store(im);
	return r;
}

static void wait_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	(void)nanosleep(&t, NULL);
}

/* One transaction from s->first on, repeated as long as the store wants that. */
static bool transact(struct import *im, struct span *s)
{
	size_t const first = s->first;
	long wait = 10;
	for (int tries = 0; tries < TRIES; tries++) {
		*s = (struct span){.first = first, .end = first};
		enum store_result r = attempt(im, s);
		if (r == STORE_OK)
			return true;
		forget_fates(im, s);
		if (r != STORE_AGAIN)
			return false;
		wait_ms(wait);
		wait = wait < WAIT_MAX / 2 ? wait * 2 : WAIT_MAX;
	}
	return fail_store(im);
}

static struct spool_retired retired(struct import const *im, struct span const *s, size_t i)
{
	struct batch_file const *f = &im->batch.files[i];
	struct import_fate const *fate = &im->fates[i - s->first];
	return (struct spool_retired){.folder = f->folder, .name = f->name,
		.id = fate->id[0] ? fate->id : NULL, .send = fate->send};
}

static bool set_aside(struct import *im, struct span const *s, size_t i)
{
	struct import_fate const *fate = &im->fates[i - s->first];
	struct spool_retired const file = retired(im, s, i);
	if (fate->what == FATE_ASIDE) {
		if (!spool_set_aside(im->spool, &file, fate->reason, time(NULL)))
			return fail(im, "spool: setting aside", spool_error(errno));
		im->count.failed++;
	} else {
		/* An importer that stays meets it each time that anything comes. */
		im->count.unread++;
		if (!told_add(&im->left, file.name))
			return true;
	}
	im->notice(file.name, fate->reason, fate->what == FATE_LEAVE);
	return true;
}

static bool retire(struct import *im, struct span const *s)
{
	struct spool_retired *done = malloc((s->end - s->first) * sizeof *done);
	size_t n = 0;
	if (!done)
		return fail(im, "spool", "out of memory");
	for (size_t i = s->first; i < s->end; i++)
		if (im->fates[i - s->first].what == FATE_RETIRE)
			done[n++] = retired(im, s, i);
	bool well = n == 0 || spool_retire(im->spool, done, n, im->keep, time(NULL));
	int e = errno;
	free(done);
	return well || fail(im, "spool: removing imported files", spool_error(e));
}

/* After COMMIT: takes the transaction's files out of the spool. */
static bool clear_spool(struct import *im, struct span const *s)
{
	if (!retire(im, s))
		return false;
	for (size_t i = s->first; i < s->end; i++) {
		struct import_fate const *fate = &im->fates[i - s->first];
		if (fate->what != FATE_LEAVE)
			told_forget(&im->left, im->batch.files[i].name);
		if (fate->reason && !set_aside(im, s, i))
			return false;
		if (fate->lacks)
			im->lacking(fate->send, fate->lacks);
	}
	return true;
}

static void add_counts(struct import_count *to, struct import_count const *c)
{
	to->imported += c->imported;
	to->sends += c->sends;
	to->contacts += c->contacts;
	to->fresh += c->fresh;
	to->repeated += c->repeated;
}

static bool run_batch(struct import *im, uint64_t *done, uint64_t known)
{
	struct span s = {.first = 0};
	for (; s.first < im->batch.n && !*im->stop; s.first = s.end) {
		if (!transact(im, &s))
			return false;
		add_counts(&im->count, &s.count);
		bool cleared = clear_spool(im, &s);
		forget_fates(im, &s);
		if (!cleared)
			return false;
		*done += s.end - s.first;
		if (im->progress)
			im->progress(im, *done, known);
	}
	return true;
}

bool import_run(struct import *im)
{
	uint64_t done = 0, known;
	im->error[0] = 0;
	if (!im->fates && !(im->fates = calloc(im->most_files, sizeof *im->fates)))
		return fail(im, "spool", "out of memory");
	batch_free(&im->batch);
	do {
		if (!batch_fill(&im->batch, im->spool))
			return fail(im, "spool", strerror(errno));
		known = done + im->batch.waiting;
		if (!run_batch(im, &done, known))
			return false;
	} while (im->batch.more && !*im->stop);
	return true;
}

void import_free(struct import *im)
{
	batch_free(&im->batch);
	entry_free(&im->entry);
	told_free(&im->left);
	free(im->fates);
}
