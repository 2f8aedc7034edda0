/* Credit. The program subtracts the amount and syncs that, with the send's id and key, before
   it links the send into new/. The lock is held until the link is synced, so only a dead process or a
   failed disk leaves an amount pending. The next process then looks for the id under KEY: if it is
   there, the amount is spent. */
#include "spool/credit.h"

#include "mail/address.h"
#include "spool/find.h"

#include <errno.h>
#include <string.h>

/* False: EINVAL, it is not a plan's name. */
static bool credit_path(char path[SPOOL_PATH], char const *plan)
{
	if (address_is_plan(plan, strlen(plan)))
		return spool_path(path, SPOOL_CREDIT, plan, "");
	return errno = EINVAL, false;
}

/* Is a file empty, or only NULs? A power cut leaves that of a first line that was not synced. */
static bool is_blank(char const *s, size_t n)
{
	while (n && s[n - 1] == 0)
		n--;
	return n == 0;
}

static enum spool_credit parse_credit(char const *text, ssize_t n, struct credit *c)
{
	if (n < 0)
		return errno == ENOENT ? SPOOL_CREDIT_MISSING : SPOOL_CREDIT_ERROR;
	return credit_parse(c, text, (size_t)n) ? SPOOL_CREDIT_OK : SPOOL_CREDIT_MISSING;
}

static enum spool_credit read_credit(struct record const *r, struct credit *c, bool *is_new)
{
	char text[CREDIT_SIZE + 1];
	ssize_t n = record_read(r, text, sizeof text);
	*is_new = n >= 0 && is_blank(text, (size_t)n);
	return parse_credit(text, n, c);
}

static enum spool_credit peek_credit(struct spool const *sp, char const *path, struct credit *c)
{
	char text[CREDIT_SIZE + 1];
	return parse_credit(text, record_peek(sp, path, text, sizeof text), c);
}

static bool write_credit(struct record const *r, struct credit const *c)
{
	char text[CREDIT_SIZE];
	credit_format(text, c);
	return record_write(r, text, sizeof text, 0);
}

/* Settles, in memory, what a dead process left pending. */
static enum spool_credit settle_pending(struct spool const *sp, struct credit *c)
{
	int carried = c->pending ? spool_carries(sp, c->key, c->id) : 0;
	if (carried < 0)
		return SPOOL_CREDIT_ERROR;
	return credit_settle(c, carried == 1) ? SPOOL_CREDIT_OK : SPOOL_CREDIT_MISSING;
}

/* Opens, locks, reads and settles. The file is closed again unless this returns OK. */
static enum spool_credit open_credit(struct spool const *sp, char const *path, struct spool_credit_hold *h)
{
	bool is_new;
	if (!record_open(&h->record, sp, path, false))
		return errno == ENOENT ? SPOOL_CREDIT_MISSING : SPOOL_CREDIT_ERROR;
	enum spool_credit r = read_credit(&h->record, &h->credit, &is_new);
	if (r == SPOOL_CREDIT_OK)
		r = settle_pending(sp, &h->credit);
	if (r != SPOOL_CREDIT_OK)
		record_close(&h->record);
	return r;
}

enum spool_credit spool_credit_check(struct spool const *sp, char const *plan,
	uint64_t amount, uint64_t *left)
{
	struct spool_credit_hold h;
	char path[SPOOL_PATH];
	if (!credit_path(path, plan))
		return SPOOL_CREDIT_ERROR;
	/* The text that is read without the lock can be half old. If the credit suffices by it, that is
	   enough: the amount is subtracted under the lock. A refusal needs the lock. */
	if (peek_credit(sp, path, &h.credit) == SPOOL_CREDIT_OK && h.credit.balance >= amount)
		return SPOOL_CREDIT_OK;
	enum spool_credit r = open_credit(sp, path, &h);
	if (r != SPOOL_CREDIT_OK)
		return r;
	*left = h.credit.balance;
	record_close(&h.record);
	return *left < amount ? SPOOL_CREDIT_SHORT : SPOOL_CREDIT_OK;
}

enum spool_credit spool_credit_take(struct spool const *sp, char const *plan, uint64_t amount,
	char const *id, char const *key, struct spool_credit_hold *h, uint64_t *left)
{
	char path[SPOOL_PATH];
	if (!credit_path(path, plan))
		return SPOOL_CREDIT_ERROR;
	enum spool_credit r = open_credit(sp, path, h);
	if (r != SPOOL_CREDIT_OK)
		return r;
	*left = h->credit.balance;
	if (!credit_take(&h->credit, amount, id, key)) {
		record_close(&h->record);
		return SPOOL_CREDIT_SHORT;
	}
	if (write_credit(&h->record, &h->credit) && record_sync(&h->record))
		return SPOOL_CREDIT_OK;
	int e = errno;
	spool_credit_return(h);
	errno = e;
	return SPOOL_CREDIT_ERROR;
}

/* The write may fail, or a power cut may undo it: then the amount is found pending, and
   settling it has the same result. */
static void end_pending(struct spool_credit_hold *h, bool spent)
{
	credit_settle(&h->credit, spent);
	(void)write_credit(&h->record, &h->credit);
	record_close(&h->record);
}

void spool_credit_spend(struct spool_credit_hold *h)
{
	end_pending(h, true);
}

void spool_credit_return(struct spool_credit_hold *h)
{
	end_pending(h, false);
}

void spool_credit_leave(struct spool_credit_hold *h)
{
	record_close(&h->record);
}

/* --- The operator and the importer ------------------------------------------------------ */

/* Reads and settles a locked file. An empty one has a balance of 0. */
static enum spool_credit read_or_begin(struct spool const *sp, struct record const *r, struct credit *c,
	bool *is_new)
{
	enum spool_credit result = read_credit(r, c, is_new);
	if (result == SPOOL_CREDIT_OK)
		return settle_pending(sp, c);
	if (result != SPOOL_CREDIT_MISSING || !*is_new)
		return result;
	*c = (struct credit){.balance = 0};
	return SPOOL_CREDIT_OK;
}

/* Undoes a change after a failure: the caller will repeat it. */
static void restore_balance(struct record const *r, struct credit *c, uint64_t balance, bool is_new)
{
	int e = errno;
	c->balance = balance;
	(void)(is_new ? record_truncate(r) : write_credit(r, c));
	errno = e;
}

static enum spool_credit change_balance(struct spool const *sp, struct record const *r, bool add,
	uint64_t amount, uint64_t *left)
{
	struct credit c;
	bool is_new;
	enum spool_credit result = read_or_begin(sp, r, &c, &is_new);
	if (result != SPOOL_CREDIT_OK)
		return result;
	uint64_t const before = *left = c.balance;
	if (add ? amount > CREDIT_MAX - before : amount > before)
		return SPOOL_CREDIT_SHORT;
	c.balance = add ? before + amount : before - amount;
	if (!write_credit(r, &c) || !record_sync(r) || (is_new && !spool_folder_sync(sp, SPOOL_CREDIT))) {
		restore_balance(r, &c, before, is_new);
		return SPOOL_CREDIT_ERROR;
	}
	*left = c.balance;
	return SPOOL_CREDIT_OK;
}

enum spool_credit spool_credit_change(struct spool const *sp, char const *plan,
	bool add, uint64_t amount, uint64_t *left)
{
	struct record r;
	char path[SPOOL_PATH];
	if (!credit_path(path, plan))
		return SPOOL_CREDIT_ERROR;
	if (!record_open(&r, sp, path, add && amount))
		return errno == ENOENT ? SPOOL_CREDIT_MISSING : SPOOL_CREDIT_ERROR;
	enum spool_credit result = change_balance(sp, &r, add, amount, left);
	record_close(&r);
	return result;
}

enum spool_credit spool_credit_peek(struct spool const *sp, char const *plan, uint64_t *balance)
{
	struct credit c;
	char path[SPOOL_PATH];
	if (!credit_path(path, plan))
		return SPOOL_CREDIT_ERROR;
	enum spool_credit r = peek_credit(sp, path, &c);
	if (r == SPOOL_CREDIT_OK)
		*balance = c.balance;
	return r;
}

/* Settles a plan's file. One that cannot be parsed or is not regular has nothing pending. */
static bool settle_plan(struct spool const *sp, char const *plan)
{
	struct spool_credit_hold h;
	char path[SPOOL_PATH];
	if (!credit_path(path, plan))
		return false;
	enum spool_credit r = peek_credit(sp, path, &h.credit);
	if (r == SPOOL_CREDIT_OK && !h.credit.pending)
		return true;
	if (r == SPOOL_CREDIT_ERROR && (errno == ELOOP || errno == EINVAL || errno == EISDIR))
		return true;
	r = open_credit(sp, path, &h);
	if (r != SPOOL_CREDIT_OK)
		return r == SPOOL_CREDIT_MISSING;
	bool done = write_credit(&h.record, &h.credit) && record_sync(&h.record);
	record_close(&h.record);
	return done;
}

bool spool_credit_settle_all(struct spool const *sp)
{
	DIR *d = spool_folder_read(sp, SPOOL_CREDIT);
	struct dirent *e;
	bool done = d != NULL;
	while (done && (errno = 0, e = readdir(d)))
		if (address_is_plan(e->d_name, strlen(e->d_name)))
			done = settle_plan(sp, e->d_name);
	done = done && errno == 0;
	if (d)
		spool_folder_done(d);
	return done;
}
