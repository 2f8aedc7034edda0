/* Writing a Maildir: see maildir.h. */
#include "send/maildir.h"

#include "base/fd.h"
#include "mail/address.h"
#include "store/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail_write(char *reason, char const *what)
{
	snprintf(reason, STORE_REASON, "%s: %s", what, strerror(errno));
	return false;
}

static bool make_folder(int dir, char const *name)
{
	return mkdirat(dir, name, 0700) == 0 || errno == EEXIST;
}

static int open_maildir(char const *path)
{
	if (!make_folder(AT_FDCWD, path))
		return -1;
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && !(make_folder(dir, "tmp") && make_folder(dir, "new") && make_folder(dir, "cur"))) {
		fd_close(dir);
		return -1;
	}
	return dir;
}

/* Removes the CRs: lines in a Maildir end in LF. */
static void drop_cr(struct buf *mail)
{
	size_t to = 0;
	for (size_t i = 0; i < mail->len; i++)
		if (mail->s[i] != '\r')
			mail->s[to++] = mail->s[i];
	mail->len = to;
}

static bool write_file(int dir, uint64_t send, uint64_t contact, struct buf const *mail)
{
	char from[64], to[64];
	snprintf(from, sizeof from, "tmp/%llu.%llu", (unsigned long long)send, (unsigned long long)contact);
	snprintf(to, sizeof to, "new/%llu.%llu", (unsigned long long)send, (unsigned long long)contact);
	int fd = fd_openat(dir, from, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		return false;
	bool done = fd_write_all(fd, mail->s, mail->len);
	if (close(fd) < 0 || !done)
		return false;
	return renameat(dir, from, dir, to) == 0;
}

/* The arguments of write_mail that do not change. */
struct writer {
	int dir;
	struct ledger *ledger;
	struct job *job;
	struct job_settings const *settings;
	struct maildir_counts *counts;
	char date[DATE_RFC5322];
	struct buf mail;
	char *reason;
};

static bool write_mail(struct writer *w, struct job_contact const *c)
{
	char address[ADDRESS_MAX];
	size_t len;
	struct store *s = w->ledger->store;
	char const *as_stored = w->job->addresses.s ? w->job->addresses.s + c->address : "";
	enum ledger_consent consent;
	if (mark_is(as_stored, c->address_len)) {
		w->counts->left++;
		return true;
	}
	if (address_check(as_stored, c->address_len, true) != ADDRESS_OK
	    || !address_normalize(as_stored, c->address_len, address, &len)) {
		w->counts->malformed++;
		return true;
	}
	if (ledger_consent(w->ledger, w->job, c->id, &consent) != STORE_OK) {
		memcpy(w->reason, s->reason, STORE_REASON);
		return false;
	}
	if (consent != LEDGER_MAY) {
		w->counts->left++;
		return true;
	}
	w->mail.len = 0;
	errno = ENOMEM;
	if (!job_mail(&w->mail, w->job, w->settings, w->date, address, len, c))
		return fail_write(w->reason, "unable to write a mail");
	drop_cr(&w->mail);
	w->counts->written++;
	return write_file(w->dir, w->job->send, c->id, &w->mail) || fail_write(w->reason, "unable to write to the Maildir");
}

static bool write_all(struct writer *w)
{
	struct job *j = w->job;
	for (;;) {
		if (ledger_read_contacts(w->ledger, j, true) != STORE_OK) {
			memcpy(w->reason, w->ledger->store->reason, STORE_REASON);
			return false;
		}
		if (!j->count)
			return true;
		for (j->next = 0; j->next < j->count; j->next++)
			if (!write_mail(w, &j->contact[j->next]))
				return false;
	}
}

bool maildir_write(char const *path, struct ledger *l, struct job *j, struct job_settings const *settings,
	struct maildir_counts *counts, char *reason)
{
	struct writer w = {.dir = open_maildir(path), .ledger = l, .job = j, .settings = settings, .counts = counts,
		.reason = reason};
	*counts = (struct maildir_counts){0};
	if (w.dir < 0)
		return fail_write(reason, path);
	bool done = job_date(w.date) ? write_all(&w) : fail_write(reason, "the clock");
	buf_free(&w.mail);
	fd_close(w.dir);
	return done;
}
