/* Writing a whole file of the spool. */
#include "spool/commit.h"

#include "base/date.h"
#include "spool/file.h"

#include <errno.h>
#include <string.h>

/* The fields before and behind the recipients. Dates are UTC: a time zone is a file to be
   read, and the field says +0000. */
static bool make_fields(struct buf *head, struct buf *received, uint64_t send, time_t now,
	struct buf const *login, struct trace *origin, struct envelope const *e)
{
	char iso[DATE_ISO], date[DATE_RFC5322];
	struct tm tm;
	if (!date_utc(&tm, now))
		return errno = EOVERFLOW, false;
	struct spoolfile f = {.send = send, .id = {origin->id, strlen(origin->id)},
		.user = {login->s, login->len}, .ip = {origin->ip, strlen(origin->ip)},
		.date = {iso, date_iso(iso, &tm)}, .recipients = (uint32_t)e->count};
	f.sender.s = envelope_sender(e, &f.sender.n);
	date_rfc5322(date, &tm, 0);
	origin->date = date;
	if (spoolfile_head(head, &f) && trace_received(received, origin))
		return true;
	errno = ENOMEM;
	return false;
}

static bool put_recipients(struct spool_draft *d, struct envelope const *e)
{
	static char const name[] = SPOOLFILE_DELIVERED;
	for (size_t i = 0; i < e->count; i++) {
		size_t n;
		char const *s = envelope_recipient(e, i, &n);
		if (!spool_draft_put(d, name, sizeof name - 1) || !spool_draft_put(d, s, n)
			|| !spool_draft_put(d, "\n", 1))
			return false;
	}
	return true;
}

bool spool_write(struct spool_draft *d, struct spool const *sp, uint64_t send, time_t now,
	struct buf const *login, struct trace origin, struct envelope const *e,
	struct spool_message const *m)
{
	struct buf head = BUF_ZERO, received = BUF_ZERO;
	bool fine = make_fields(&head, &received, send, now, login, &origin, e)
		&& spool_draft_open(d, sp, origin.id)
		&& spool_draft_put(d, head.s, head.len) && put_recipients(d, e)
		&& spool_draft_put(d, received.s, received.len)
		&& spool_draft_message(d, m) && spool_draft_sync(d);
	int why = errno;
	buf_free(&head);
	buf_free(&received);
	errno = why;
	return fine;
}
