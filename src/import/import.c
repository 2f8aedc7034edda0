/* The importer's loop. A transaction: read each file and put its rows, sync the images, COMMIT, set
   aside the files that were refused, retire those that are in the store. A crash before COMMIT
   changes nothing. A crash after it leaves files whose rows exist; the next run only retires
   them. */
#include "import/import.h"

#include "spool/lock.h"
#include "spool/name.h"
#include "spool/retire.h"
#include "base/ascii.h"
#include "base/fd.h"
#include "base/date.h"
#include "base/wait.h"
#include "import/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* failed/ adds `.1` and `.reason` to a name, and few file systems take more than 255 octets. Names
   of saca-spool are far shorter. */
#define NAME_LONGEST 240

/* Octets that a hosted image counts in a transaction: its file is synced while no other program can
   write to the store. saca-import(8) gives this number too. */
#define IMAGE_COST 65536

/* Octets of the cids in one note: of those without a part, and of those not hosted. */
#define CIDS_MAX 200

/* How often a transaction is tried when the store returns STORE_AGAIN, and the longest wait between
   two tries, in milliseconds. */
#define TRIES 30
#define WAIT_MAX 1000

#define USER 160 /* octets of a login that a notice shows, with the NUL */

/* The action for a file after COMMIT. */
struct import_fate {
	enum { FATE_RETIRE, FATE_ASIDE, FATE_LEAVE, FATE_GONE } what;
	char *reason; /* of FATE_ASIDE and FATE_LEAVE; freed after use */
	char *notes;  /* of FATE_RETIRE: images and options that were ignored; one line */
	char user[USER];
	char id[SPOOL_UUID];
	uint64_t send;
};

/* The files [first, end) of the batch are one transaction. */
struct span {
	size_t first, end, octets;
	struct import_count count;
};

static bool fail_run(struct import *im, char const *what, char const *why)
{
	snprintf(im->error, sizeof im->error, "%s: %s", what, why);
	return false;
}

static bool fail_store(struct import *im)
{
	return fail_run(im, "store", im->store->reason);
}

static bool refuse_file(struct import *im, struct import_fate *fate, char const *reason)
{
	fate->what = FATE_ASIDE;
	fate->reason = strdup(reason);
	return fate->reason || fail_run(im, "spool", "out of memory");
}

static bool leave_file(struct import *im, struct import_fate *fate, char const *reason)
{
	bool kept = refuse_file(im, fate, reason);
	fate->what = FATE_LEAVE;
	return kept;
}

static void copy_identity(struct import_fate *fate, struct entry const *e)
{
	size_t n = e->file.user.n < USER ? e->file.user.n : USER - 1;
	strcpy(fate->id, e->id);
	fate->send = e->file.send;
	if (n)
		memcpy(fate->user, e->file.user.s, n);
	fate->user[n] = 0;
}

/* Reads one file into im->entry. *put: its rows can be put; otherwise its fate is set. */
static bool read_entry(struct import *im, struct batch_file const *f, struct import_fate *fate,
	bool *put)
{
	*put = false;
	switch (load_file(im->spool, f, &im->entry.octets)) {
	case LOAD_GONE:
		fate->what = FATE_GONE;
		return true;
	case LOAD_UNREAD:
		return leave_file(im, fate, strerror(errno));
	case LOAD_HUGE:
		return refuse_file(im, fate, LOAD_HUGE_REASON);
	case LOAD_FAILED:
		return fail_run(im, f->name, strerror(errno));
	case LOAD_OK:
		break;
	}
	enum entry_result r = entry_read(&im->entry, &im->options);
	copy_identity(fate, &im->entry);
	if (r == ENTRY_FAILED || r == ENTRY_WEB)
		return fail_run(im, r == ENTRY_WEB ? webfolder_path(im->options.web) : f->name, im->entry.reason);
	if (r == ENTRY_REFUSED)
		return refuse_file(im, fate, im->entry.reason);
	*put = true;
	return true;
}

/* The same, unless the file must not be read: because of its name, or because the importer has died at
   it before. */
static bool read_safely(struct import *im, struct batch_file const *f, struct import_fate *fate, bool *put)
{
	*put = false;
	if (strlen(f->name) > NAME_LONGEST)
		return leave_file(im, fate, "its name is too long to be set aside");
	if (at_hand_deaths(&im->at_hand, f->name) >= AT_HAND_REFUSED)
		return refuse_file(im, fate, "the importer died at it three times");
	if (!at_hand_note(&im->at_hand, f->name))
		return fail_run(im, "spool: unable to write the file import", strerror(errno));
	return read_entry(im, f, fate, put);
}

static void write_time(char out[DATE_ISO])
{
	struct tm tm;
	if (!date_utc(&tm, time(NULL)) || !date_iso(out, &tm))
		strcpy(out, "1970-01-01T00:00:00Z");
}

/* Appends words and the cids, which are cut at CIDS_MAX octets, if there are any. False: out of
   memory. */
static bool put_cids(struct buf *line, char const *words, struct content_cids const *cids)
{
	if (!cids->count)
		return true;
	bool done = (!line->len || buf_puts(line, "; ")) && buf_puts(line, words);
	size_t from = line->len;
	for (size_t i = 0; done && i < cids->count && line->len - from < CIDS_MAX; i++)
		done = buf_puts(line, " cid:") && buf_put(line, cids->ids[i].s, cids->ids[i].len);
	if (line->len - from > CIDS_MAX)
		line->len = from + CIDS_MAX;
	return done;
}

/* Appends the options whose value is unknown, if there are any. False: out of memory. */
static bool put_unknown_options(struct buf *line, struct buf const *options)
{
	return !options->len || ((!line->len || buf_puts(line, "; "))
		&& buf_puts(line, "why: unknown value, so the default counts: ") && buf_put(line, options->s, options->len));
}

/* Notes images and options that were ignored, as one line of ASCII for the operator. False: out of
   memory. */
static bool note_ignored(struct import const *im, struct import_fate *fate)
{
	struct content const *c = &im->entry.content;
	struct buf line = BUF_ZERO;
	bool done = put_cids(&line, "its HTML points at what is not in the message:", &c->unresolved)
		&& put_cids(&line, "its HTML points at what is no image of a kind that is hosted:", &c->unhosted)
		&& put_unknown_options(&line, &im->entry.unknown_options);
	for (size_t i = 0; i < line.len; i++)
		if (!ascii_is_print(line.s[i]))
			line.s[i] = '?';
	if (done && line.len)
		done = (fate->notes = strndup(line.s, line.len)) != NULL;
	buf_free(&line);
	return done;
}

static enum store_result put_entry(struct import *im, struct import_fate *fate, struct span *s)
{
	char now[DATE_ISO];
	struct store_count count = {0, 0};
	write_time(now);
	im->entry.row.imported_at = now;
	im->entry.row.state = im->entry.file.sandbox ? "test" : im->state;
	enum store_result r = store_put(im->store, &im->entry.row, &count);
	if (r == STORE_OK) {
		s->count.imported++;
		s->count.sends += fate->send != 0;
		s->count.contacts += count.contacts;
		s->count.fresh += count.fresh;
		if (!note_ignored(im, fate)) {
			fail_run(im, "spool", "out of memory");
			r = STORE_FAILED;
		}
	} else if (r == STORE_ALREADY) {
		s->count.repeated++;
		r = STORE_OK;
	} else if (r == STORE_REFUSED) {
		r = refuse_file(im, fate, im->store->reason) ? STORE_OK : STORE_FAILED;
	}
	return r;
}

/* Is the transaction full, or must the next file be alone in one? */
static bool ends_before(struct import const *im, struct span const *s, char const *next)
{
	return s->end - s->first == im->most_files || s->octets >= im->most_octets
		|| (s->end > s->first && at_hand_deaths(&im->at_hand, next) >= AT_HAND_ALONE);
}

/* Puts the rows of one transaction's files. */
static enum store_result fill_transaction(struct import *im, struct span *s)
{
	for (s->end = s->first; s->end < im->batch.n; s->end++) {
		struct import_fate *fate = &im->fates[s->end - s->first];
		bool put;
		if (ends_before(im, s, im->batch.files[s->end].name))
			break;
		if (s->end > s->first && at_hand_deaths(&im->at_hand, im->batch.files[s->end - 1].name) >= AT_HAND_ALONE)
			break;
		*fate = (struct import_fate){.what = FATE_RETIRE};
		if (!read_safely(im, &im->batch.files[s->end], fate, &put))
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
		free(fate->notes);
		fate->reason = fate->notes = NULL;
	}
}

static enum store_result attempt_transaction(struct import *im, struct span *s)
{
	enum store_result r = im->store->begin(im->store, STORE_WRITE);
	if (r == STORE_FAILED)
		fail_store(im);
	if (r != STORE_OK)
		return r;
	r = fill_transaction(im, s);
	if (r == STORE_OK && im->options.web && !webfolder_sync(im->options.web)) {
		fail_run(im, webfolder_path(im->options.web), strerror(errno));
		r = STORE_FAILED;
	}
	if (!at_hand_clear(&im->at_hand) && r == STORE_OK) {
		fail_run(im, "spool: unable to write the file import", strerror(errno));
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

/* Makes one transaction from s->first on, and repeats it after STORE_AGAIN. */
static bool run_transaction(struct import *im, struct span *s)
{
	size_t const first = s->first;
	uint64_t wait = 10;
	for (int tries = 0; tries < TRIES; tries++) {
		*s = (struct span){.first = first, .end = first};
		enum store_result r = attempt_transaction(im, s);
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

static struct spool_retired retired_file(struct import const *im, struct span const *s, size_t i)
{
	struct batch_file const *f = &im->batch.files[i];
	struct import_fate const *fate = &im->fates[i - s->first];
	return (struct spool_retired){.folder = f->folder, .name = f->name,
		.id = fate->id[0] ? fate->id : NULL, .send = fate->send};
}

static bool set_aside(struct import *im, struct span const *s, size_t i)
{
	struct import_fate const *fate = &im->fates[i - s->first];
	struct spool_retired const file = retired_file(im, s, i);
	if (fate->what == FATE_ASIDE) {
		if (!spool_set_aside(im->spool, &file, fate->reason, time(NULL)))
			return fail_run(im, "spool: unable to move a file to failed", spool_error(errno));
		im->count.failed++;
	} else {
		/* With -f it is found again in each run. */
		im->count.unread++;
		if (!name_set_add(&im->left, file.name))
			return true;
	}
	im->notice(file.name, fate->send, fate->user, fate->reason, fate->what == FATE_LEAVE);
	return true;
}

static bool retire_files(struct import *im, struct span const *s)
{
	struct spool_retired *retired = malloc((s->end - s->first) * sizeof *retired);
	size_t n = 0;
	if (!retired)
		return fail_run(im, "spool", "out of memory");
	for (size_t i = s->first; i < s->end; i++)
		if (im->fates[i - s->first].what == FATE_RETIRE)
			retired[n++] = retired_file(im, s, i);
	bool done = n == 0 || spool_retire(im->spool, retired, n, im->keep, time(NULL));
	int e = errno;
	free(retired);
	return done || fail_run(im, "spool: unable to remove imported files from new and cur", spool_error(e));
}

/* After COMMIT: takes the transaction's files out of the spool. */
static bool clear_spool(struct import *im, struct span const *s)
{
	if (!retire_files(im, s))
		return false;
	for (size_t i = s->first; i < s->end; i++) {
		struct import_fate const *fate = &im->fates[i - s->first];
		char const *name = im->batch.files[i].name;
		if (fate->what != FATE_LEAVE)
			name_set_remove(&im->left, name);
		if (fate->reason && !set_aside(im, s, i))
			return false;
		if (at_hand_deaths(&im->at_hand, name)) {
			at_hand_acquit(&im->at_hand, name);
			if (!at_hand_clear(&im->at_hand))
				return fail_run(im, "spool: unable to write the file import", strerror(errno));
		}
		if (fate->notes)
			im->ignored(fate->send, fate->notes);
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
		if (!run_transaction(im, &s))
			return false;
		add_counts(&im->count, &s.count);
		bool cleared = clear_spool(im, &s);
		forget_fates(im, &s);
		if (!cleared)
			return false;
		*done += s.end - s.first;
		if (im->progress)
			im->progress(*done, known);
	}
	return true;
}

bool import_run(struct import *im)
{
	uint64_t done = 0, known;
	im->error[0] = 0;
	if (im->at_hand.fd <= 0 && !at_hand_open(&im->at_hand, im->spool))
		return fail_run(im, "spool: unable to open the file import", strerror(errno));
	if (!im->fates && !(im->fates = calloc(im->most_files, sizeof *im->fates)))
		return fail_run(im, "spool", "out of memory");
	batch_free(&im->batch);
	do {
		if (!batch_fill(&im->batch, im->spool))
			return fail_run(im, "spool", strerror(errno));
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
	name_set_free(&im->left);
	if (im->at_hand.fd > 0)
		fd_close(im->at_hand.fd);
	free(im->fates);
}
