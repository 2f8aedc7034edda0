/* Credit. A file is one line inside one sector, overwritten in place under its lock. What
   is taken is synced with the send's id and key before the send is linked, and the lock
   is held until that link is synced; so a pending amount is found only after its holder
   died or its disk failed, and whether KEY carries the id decides. */
#include "spool/credit.h"

#include "mail/address.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int open_credit(struct spool const *sp, char const *plan, int flags)
{
	char path[8 + PLAN_MAX + 1] = "credit/";
	size_t n = strlen(plan);
	if (!address_is_plan(plan, n))
		return errno = EINVAL, -1;
	memcpy(path + 7, plan, n + 1);
	return fd_openat(sp->fd, path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | flags, 0600);
}

/* Empty, or of NULs alone: what a power cut may leave of a first line that was not synced. */
static bool is_blank(char const *s, size_t n)
{
	while (n && s[n - 1] == 0)
		n--;
	return n == 0;
}

static enum spool_credit read_credit(int fd, struct credit *c, bool *is_new)
{
	char text[CREDIT_SIZE + 1];
	ssize_t n = fd_pread_all(fd, text, sizeof text, 0);
	if (n < 0)
		return SPOOL_CREDIT_ERROR;
	*is_new = is_blank(text, (size_t)n);
	return credit_parse(c, text, (size_t)n) ? SPOOL_CREDIT_OK : SPOOL_CREDIT_MISSING;
}

static bool write_credit(int fd, struct credit const *c)
{
	char text[CREDIT_SIZE];
	credit_format(text, c);
	return fd_pwrite_all(fd, text, sizeof text, 0);
}

/* Ends what a dead holder has left pending, in memory. */
static enum spool_credit settle(struct spool const *sp, struct credit *c)
{
	int there = c->pending ? spool_carries(sp, c->key, c->id) : 0;
	if (there < 0)
		return SPOOL_CREDIT_ERROR;
	return credit_settle(c, there == 1) ? SPOOL_CREDIT_OK : SPOOL_CREDIT_MISSING;
}

/* Opens, locks, reads and settles; h->fd is closed again unless this is OK. */
static enum spool_credit hold(struct spool const *sp, char const *plan, struct spool_credit_hold *h)
{
	bool is_new;
	h->spool = sp;
	h->fd = open_credit(sp, plan, 0);
	if (h->fd < 0)
		return errno == ENOENT ? SPOOL_CREDIT_MISSING : SPOOL_CREDIT_ERROR;
	enum spool_credit r = fd_lock_range(h->fd, F_WRLCK, 0, 0)
		? read_credit(h->fd, &h->credit, &is_new) : SPOOL_CREDIT_ERROR;
	if (r == SPOOL_CREDIT_OK)
		r = settle(sp, &h->credit);
	if (r != SPOOL_CREDIT_OK)
		fd_close(h->fd);
	return r;
}

enum spool_credit spool_credit_judge(struct spool const *sp, char const *plan,
	uint64_t amount, uint64_t *left)
{
	struct spool_credit_hold h;
	bool is_new;
	/* Without the lock what is read may be half old: good enough to go on by, as the
	   amount is taken under the lock later; not to refuse by. */
	int fd = open_credit(sp, plan, 0);
	enum spool_credit r = fd < 0 ? SPOOL_CREDIT_ERROR : read_credit(fd, &h.credit, &is_new);
	if (fd >= 0)
		fd_close(fd);
	if (r == SPOOL_CREDIT_OK && h.credit.balance >= amount)
		return r;
	r = hold(sp, plan, &h);
	if (r != SPOOL_CREDIT_OK)
		return r;
	*left = h.credit.balance;
	fd_close(h.fd);
	return *left < amount ? SPOOL_CREDIT_SHORT : SPOOL_CREDIT_OK;
}

enum spool_credit spool_credit_take(struct spool const *sp, char const *plan,
	uint64_t amount, char const *id, char const *key, struct spool_credit_hold *h, uint64_t *left)
{
	enum spool_credit r = hold(sp, plan, h);
	if (r != SPOOL_CREDIT_OK)
		return r;
	*left = h->credit.balance;
	if (!credit_take(&h->credit, amount, id, key)) {
		fd_close(h->fd);
		return SPOOL_CREDIT_SHORT;
	}
	if (write_credit(h->fd, &h->credit) && fd_datasync(h->fd))
		return SPOOL_CREDIT_OK;
	int e = errno;
	spool_credit_back(h);
	errno = e;
	return SPOOL_CREDIT_ERROR;
}

/* Both may fail to write, or lose what they wrote in a power cut: then the amount is
   found pending, and the next one comes to the same end. */
void spool_credit_spent(struct spool_credit_hold *h)
{
	credit_settle(&h->credit, true);
	(void)write_credit(h->fd, &h->credit);
	fd_close(h->fd);
}

void spool_credit_back(struct spool_credit_hold *h)
{
	credit_settle(&h->credit, false);
	(void)write_credit(h->fd, &h->credit);
	fd_close(h->fd);
}

void spool_credit_leave(struct spool_credit_hold *h)
{
	fd_close(h->fd);
}

/* --- The operator's and the importer's side ------------------------------------------ */

static bool sync_folder(struct spool const *sp)
{
	int dir = spool_folder_open(sp, SPOOL_CREDIT);
	bool fine = dir >= 0 && fd_fsync(dir);
	if (dir >= 0)
		fd_close(dir);
	return fine;
}

/* Reads a locked file, or begins an empty one. */
static enum spool_credit begin(struct spool const *sp, int fd, struct credit *c, bool *is_new)
{
	enum spool_credit r = read_credit(fd, c, is_new);
	if (r == SPOOL_CREDIT_OK)
		return settle(sp, c);
	if (r == SPOOL_CREDIT_MISSING && *is_new) {
		*c = (struct credit){.balance = 0};
		return SPOOL_CREDIT_OK;
	}
	return r;
}

/* It failed, so it must not count: whoever asked for it will ask again. */
static void undo(int fd, struct credit *c, uint64_t balance, bool is_new)
{
	int e = errno;
	c->balance = balance;
	(void)(is_new ? ftruncate(fd, 0) == 0 : write_credit(fd, c));
	errno = e;
}

static enum spool_credit change(struct spool const *sp, int fd, bool add, uint64_t amount, uint64_t *left)
{
	struct credit c;
	bool is_new;
	enum spool_credit r = begin(sp, fd, &c, &is_new);
	if (r != SPOOL_CREDIT_OK)
		return r;
	uint64_t const before = *left = c.balance;
	if (add ? amount > CREDIT_MAX - before : amount > before)
		return SPOOL_CREDIT_SHORT;
	c.balance = add ? before + amount : before - amount;
	if (!write_credit(fd, &c) || !fd_datasync(fd) || (is_new && !sync_folder(sp))) {
		undo(fd, &c, before, is_new);
		return SPOOL_CREDIT_ERROR;
	}
	*left = c.balance;
	return SPOOL_CREDIT_OK;
}

enum spool_credit spool_credit_change(struct spool const *sp, char const *plan,
	bool add, uint64_t amount, uint64_t *left)
{
	int fd = open_credit(sp, plan, add && amount ? O_CREAT : 0);
	if (fd < 0)
		return errno == ENOENT ? SPOOL_CREDIT_MISSING : SPOOL_CREDIT_ERROR;
	enum spool_credit r = fd_lock_range(fd, F_WRLCK, 0, 0) ? change(sp, fd, add, amount, left)
		: SPOOL_CREDIT_ERROR;
	fd_close(fd);
	return r;
}

/* What says MISSING can't be read by a spooler either: nothing is pending there. */
static bool settle_plan(struct spool const *sp, char const *plan)
{
	struct spool_credit_hold h;
	struct credit c;
	bool is_new;
	int fd = open_credit(sp, plan, 0);
	if (fd < 0)
		return errno == ENOENT || errno == ELOOP;
	enum spool_credit r = read_credit(fd, &c, &is_new);
	fd_close(fd);
	if (r == SPOOL_CREDIT_OK && !c.pending)
		return true;
	r = hold(sp, plan, &h);
	if (r != SPOOL_CREDIT_OK)
		return r == SPOOL_CREDIT_MISSING;
	bool fine = write_credit(h.fd, &h.credit) && fd_datasync(h.fd);
	fd_close(h.fd);
	return fine;
}

bool spool_credit_settle_all(struct spool const *sp)
{
	DIR *d = spool_folder_read(sp, SPOOL_CREDIT);
	struct dirent *e;
	bool fine = d != NULL;
	while (fine && (errno = 0, e = readdir(d)))
		if (address_is_plan(e->d_name, strlen(e->d_name)))
			fine = settle_plan(sp, e->d_name);
	fine = fine && errno == 0;
	if (d)
		spool_folder_done(d);
	return fine;
}
