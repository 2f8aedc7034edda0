/* Composing and submitting a campaign. */
#include "web/campaign.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/random.h"
#include "mail/address.h"
#include "mail/compose.h"
#include "smtp/queue.h"

#include <string.h>

/* `=_` occurs neither in quoted-printable nor in base64 (RFC 2045 6.7). */
#define BOUNDARY "=_saca"

/* --- The message ----------------------------------------------------------------------------- */

static bool put_field(struct buf *out, char const *prefix, char const *name, char const *value)
{
	return buf_puts(out, prefix) && buf_puts(out, name) && buf_puts(out, ": ") && buf_puts(out, value)
		&& buf_puts(out, "\r\n");
}

static bool put_name(struct buf *out, char const *prefix, char const *name)
{
	struct buf field = BUF_ZERO;
	bool done = buf_puts(&field, prefix) && buf_puts(&field, "Name") && buf_putc(&field, 0)
		&& compose_text(out, field.s, name, strlen(name));
	buf_free(&field);
	return done;
}

static char const *word_of(bool on)
{
	return on ? "yes" : "no";
}

static bool put_options(struct buf *out, struct message_options const *o, char const *prefix)
{
	char language[NUM_FMT];
	num_fmt(language, o->language);
	return put_field(out, prefix, "ShowCab", word_of(o->show_header)) && put_field(out, prefix, "SocialLinks", word_of(o->social_links))
		&& put_field(out, prefix, "Language", language) && put_field(out, prefix, "TrackingOpening", word_of(o->track_opens))
		&& put_field(out, prefix, "TrackingClicks", word_of(o->track_clicks));
}

/* A NULL part is omitted: the queue's answer names it. */
static bool put_part(struct buf *out, char const *type, char const *s)
{
	size_t n = s ? strlen(s) : 0, column = 0;
	if (!s)
		return true;
	bool is_qp = compose_qp_length(s, n) <= compose_base64_length(s, n);
	if (!buf_puts(out, "\r\n--" BOUNDARY "\r\n") || !put_field(out, "Content-", "Type", type)
		|| !put_field(out, "Content-", "Transfer-Encoding", is_qp ? "quoted-printable" : "base64") || !buf_puts(out, "\r\n"))
		return false;
	return is_qp ? compose_qp(out, s, n, &column) : compose_base64(out, s, n);
}

bool campaign_compose(struct buf *out, struct campaign const *c, char const *prefix)
{
	char const *subject = c->subject ? c->subject : "";
	return compose_text(out, "Subject", subject, strlen(subject))
		&& (!c->name || put_name(out, prefix, c->name))
		&& (!c->message_id || put_field(out, "", "Message-ID", c->message_id)) && put_options(out, &c->options, prefix)
		&& put_field(out, "", "MIME-Version", "1.0")
		&& put_field(out, "", "Content-Type", "multipart/alternative; boundary=\"" BOUNDARY "\"")
		&& put_part(out, "text/plain; charset=utf-8", c->text) && put_part(out, "text/html; charset=utf-8", c->html)
		&& buf_puts(out, "\r\n--" BOUNDARY "--\r\n");
}

/* --- The recipients -------------------------------------------------------------------------- */

bool campaign_start(struct campaign *c, char const *sender, size_t n)
{
	unsigned char key[SIPHASH_KEY];
	if (!random_octets(key, sizeof key))
		return false;
	rcptset_init(&c->recipients, key);
	return rcptset_begin(&c->recipients, sender, n);
}

enum campaign_added campaign_add(struct campaign *c, char const *s, size_t n)
{
	char address[ADDRESS_MAX];
	size_t len;
	if (address_check(s, n, true) != ADDRESS_OK || !address_normalize(s, n, address, &len))
		return CAMPAIGN_BAD_ADDRESS;
	switch (rcptset_add(&c->recipients, address, len, CAMPAIGN_RECIPIENTS, CAMPAIGN_RECIPIENT_OCTETS)) {
	case RCPTSET_FULL: return CAMPAIGN_FULL;
	case RCPTSET_NO_MEMORY: return CAMPAIGN_NO_MEMORY;
	default: return CAMPAIGN_ADDED;
	}
}

void campaign_free(struct campaign *c)
{
	rcptset_free(&c->recipients);
}

/* --- The queue ------------------------------------------------------------------------------- */

void campaign_submit(struct campaign *c, struct buf const *message, struct campaign_origin const *origin,
	struct answer *answer, char reason[ASK_REASON])
{
	static struct queue_room room;
	struct queue queue = QUEUE_ZERO(&room);
	struct queue_settings const settings = {
		.value = {[SUBMISSION_USER] = origin->user->name, [SUBMISSION_PLAN] = origin->user->plan, [SUBMISSION_HELO] = "api",
			[SUBMISSION_HOST] = origin->host, [SUBMISSION_PROTO] = origin->https ? "HTTPS" : "HTTP",
			[SUBMISSION_TICKET] = origin->user->ticket, [SUBMISSION_IP] = origin->address,
			[SUBMISSION_SANDBOX] = origin->is_real ? "no" : NULL}};
	size_t n;
	char const *envelope = rcptset_envelope(&c->recipients, &n);
	queue.socket = origin->queue;
	answer_read(answer, -1, "", 0);
	strcpy(reason, "no memory");
	if (envelope && queue_begin(&queue) && queue_write(&queue, message->s, message->len)) {
		queue_run(&queue, &settings, false, envelope, n, clock_ms() + CAMPAIGN_SECONDS * 1000, answer);
		strcpy(reason, queue.reason);
	}
	queue_free(&queue);
}
