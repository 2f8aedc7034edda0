/* The dialogue: DATA, BDAT, and the queue's answer. */
#include "base/ascii.h"
#include "base/num.h"
#include "smtp/dialogue.h"
#include "smtp/dialogue_verbs.h"

#include <string.h>

/* --- The queue ----------------------------------------------------------------------- */

/* Runs the queue program. An empty message imports the contacts alone. */
static void run_queue(struct dialogue *d, bool empty, struct answer *a)
{
	size_t n;
	char const *envelope = rcptset_envelope(&d->rcpts, &n);
	d->queued = true;
	if (envelope)
		d->hooks->queue(d->hooks->arg, d, empty, envelope, n, a);
	else
		answer_read(a, ANSWER_LATER, "", 0);
}

static bool is_accepted(struct answer const *a)
{
	return a->verdict == VERDICT_ACCEPTED || a->verdict == VERDICT_REPEAT;
}

/* Ends the transaction with the queue's 250, 451 or 452. verdict: for the log, if it is 250. */
static void pass_answer(struct dialogue *d, struct answer const *a, char const *verdict)
{
	enum reply r;
	if (is_accepted(a)) {
		r = a->text[0] ? REPLY_QUEUED : REPLY_OK;
		dialogue_transaction_end(d, verdict, a, NULL);
	} else {
		r = a->verdict == VERDICT_FULL ? REPLY_DISK_FULL : a->text[0] ? REPLY_QUEUE_SAYS : REPLY_QUEUE_FAILED;
		dialogue_transaction_end(d, "tempfail", NULL, NULL);
	}
	dialogue_reply(d, r, a->text);
}

static void end_refused(struct dialogue *d, char const *verdict, struct answer const *contacts, enum reply r,
	char const *reason)
{
	dialogue_transaction_end(d, verdict, contacts, reason);
	dialogue_reply(d, r, reason);
}

/* Refuses a body for good, and queues the contacts all the same (saca-smtpd(8), Contacts without
   a send). If they are refused too (for example over the plan's maxday), the reply says why. If
   the queue fails, the reply is temporary: the client shall send everything again. */
static void refuse_body(struct dialogue *d, char const *verdict, enum reply r, char const *reason)
{
	struct answer contacts;
	if (d->config->plain_queue) {
		end_refused(d, verdict, NULL, r, reason);
		return;
	}
	run_queue(d, true, &contacts);
	if (is_accepted(&contacts)) {
		end_refused(d, verdict, &contacts, r, reason);
		return;
	}
	if (contacts.verdict == VERDICT_PERMANENT) {
		end_refused(d, "refused", NULL, REPLY_INTERNAL, contacts.text);
		return;
	}
	if (contacts.verdict != VERDICT_TEMPORARY)
		answer_read(&contacts, ANSWER_LATER, "", 0);
	pass_answer(d, &contacts, verdict);
}

static void refuse_content(struct dialogue *d, enum refusal why)
{
	char reason[REFUSAL_TEXT];
	refusal_format(reason, why, NULL, 0, 0);
	refuse_body(d, "refused", REPLY_INTERNAL, reason);
}

static bool exceeds_plan(struct dialogue const *d)
{
	return d->plan.maxrcpt && d->rcpts.count > d->plan.maxrcpt;
}

static void refuse_contacts(struct dialogue *d)
{
	char reason[REFUSAL_TEXT];
	refusal_format(reason, REFUSAL_CONTACTS, NULL, d->rcpts.count, d->plan.maxrcpt);
	end_refused(d, "refused", NULL, REPLY_INTERNAL, reason);
}

static void queue_contacts(struct dialogue *d)
{
	struct answer a;
	run_queue(d, true, &a);
	if (a.verdict == VERDICT_PERMANENT)
		end_refused(d, "refused", NULL, REPLY_INTERNAL, a.text);
	else
		pass_answer(d, &a, "contacts");
}

static void queue_message(struct dialogue *d)
{
	struct answer a;
	run_queue(d, false, &a);
	if (a.verdict == VERDICT_PERMANENT)
		refuse_body(d, "refused", REPLY_INTERNAL, a.text);
	else
		pass_answer(d, &a, a.verdict == VERDICT_REPEAT ? "repeat" : "ok");
}

static void finish_body(struct dialogue *d)
{
	d->reading = READING_COMMANDS;
	if (d->broken) {
		dialogue_transaction_end(d, "tempfail", NULL, NULL);
		dialogue_reply(d, REPLY_DISK_FULL, NULL);
	} else if (exceeds_plan(d)) {
		refuse_contacts(d);
	} else if (d->data.size > d->config->max_size) {
		refuse_body(d, "oversize", REPLY_SIZE, NULL);
	} else if (d->data.nul) {
		refuse_content(d, REFUSAL_NUL);
	} else if (d->data.size == 0 && d->config->plain_queue) {
		refuse_content(d, REFUSAL_EMPTY);
	} else if (d->data.size == 0) {
		queue_contacts(d);
	} else {
		queue_message(d);
	}
}

void dialogue_body_lost(struct dialogue *d, enum dialogue_end why)
{
	struct answer a;
	char const *verdict = why == DIALOGUE_TIMEOUT ? "timeout" : why == DIALOGUE_SHUTDOWN ? "shutdown" : "vanished";
	/* after a shutdown the client sends everything again */
	if (why == DIALOGUE_SHUTDOWN || d->broken || exceeds_plan(d) || d->config->plain_queue) {
		dialogue_transaction_end(d, verdict, NULL, NULL);
		return;
	}
	run_queue(d, true, &a);
	dialogue_transaction_end(d, is_accepted(&a) ? verdict : "tempfail", is_accepted(&a) ? &a : NULL, NULL);
}

/* --- DATA ------------------------------------------------------------------------------ */

static void count_progress(struct dialogue *d, size_t n)
{
	d->body_since += n;
	if (d->body_since >= DIALOGUE_PROGRESS) {
		d->body_since = 0;
		d->progress++;
	}
}

static void pass_body(struct dialogue *d, char const *p, size_t n)
{
	count_progress(d, n);
	if (n && !d->broken && d->data.size <= d->config->max_size)
		d->broken = !d->hooks->body(d->hooks->arg, p, n);
}

static bool start_body(struct dialogue *d, enum dialogue_phase phase, enum data_mode mode)
{
	if (!d->hooks->body_start(d->hooks->arg)) {
		dialogue_transaction_end(d, "tempfail", NULL, NULL);
		return false;
	}
	d->phase = phase;
	d->body_since = 0;
	data_start(&d->data, mode);
	return true;
}

void dialogue_data(struct dialogue *d, char *arg, size_t n)
{
	(void)arg, (void)n;
	if (start_body(d, PHASE_DATA, d->crlf ? DATA_CRLF : DATA_LF)) {
		d->reading = READING_BODY;
		dialogue_reply(d, REPLY_START_DATA, NULL);
	} else {
		dialogue_reply(d, REPLY_QUEUE_FAILED, NULL);
	}
}

/* --- BDAT ------------------------------------------------------------------------------ */

/* Reads `SIZE` or `SIZE LAST`. False: the size is unreadable, so the chunk cannot be skipped.
   *garbled: the size is followed by something else. */
static bool read_chunk_size(struct dialogue *d, char const *arg, size_t n, bool *garbled)
{
	size_t digits = 0;
	while (digits < n && !ascii_is_blank(arg[digits]))
		digits++;
	if (!num_scan(arg, digits, UINT64_MAX, &d->chunk_size))
		return false;
	size_t at = digits;
	while (at < n && ascii_is_blank(arg[at]))
		at++;
	d->chunk_last = ascii_case_is(arg + at, n - at, "LAST");
	*garbled = at < n && !d->chunk_last;
	d->chunk_left = d->chunk_size;
	return true;
}

static void drop_chunk(struct dialogue *d, enum reply r)
{
	d->chunk_drop = true;
	d->chunk_refusal = r;
}

static void finish_chunk(struct dialogue *d)
{
	char number[NUM_FMT], held;
	d->reading = READING_COMMANDS;
	if (d->chunk_drop) {
		if (d->phase == PHASE_BDAT) /* the message has failed, and imports nothing */
			dialogue_abandon(d);
		dialogue_reply(d, d->chunk_refusal, NULL);
	} else if (d->chunk_last) {
		pass_body(d, &held, data_flush(&d->data, &held));
		finish_body(d);
	} else if (d->broken || d->data.size > d->config->max_size || d->data.nul) {
		finish_body(d); /* the refusal is certain: do not wait for the rest */
	} else {
		num_fmt(number, d->chunk_size);
		dialogue_reply(d, REPLY_CHUNK, number);
	}
}

void dialogue_bdat(struct dialogue *d, char *arg, size_t n)
{
	bool garbled;
	if (!read_chunk_size(d, arg, n, &garbled)) {
		dialogue_reply(d, REPLY_BDAT_SIZE, NULL);
		dialogue_abandon(d);
		d->closing = true;
		return;
	}
	d->chunk_drop = false;
	if (!d->logged_in)
		drop_chunk(d, REPLY_AUTH_REQUIRED);
	else if (d->phase != PHASE_RCPT && d->phase != PHASE_BDAT)
		drop_chunk(d, REPLY_NEED_RCPT);
	else if (garbled)
		drop_chunk(d, REPLY_ARGUMENT);
	else if (d->phase == PHASE_RCPT && !start_body(d, PHASE_BDAT, DATA_CHUNK))
		drop_chunk(d, REPLY_QUEUE_FAILED);
	d->reading = READING_CHUNK;
	if (d->chunk_left == 0)
		finish_chunk(d);
}

/* --- Octets ------------------------------------------------------------------------------ */

static size_t feed_chunk(struct dialogue *d, char *p, size_t n)
{
	size_t took = n < d->chunk_left ? n : (size_t)d->chunk_left, used;
	if (d->chunk_drop)
		count_progress(d, took);
	else
		pass_body(d, p - 1, data_feed(&d->data, p - 1, p, took, &used));
	d->chunk_left -= took;
	if (d->chunk_left == 0)
		finish_chunk(d);
	return took;
}

size_t dialogue_body_feed(struct dialogue *d, char *p, size_t n)
{
	size_t used;
	if (d->reading == READING_CHUNK)
		return feed_chunk(d, p, n);
	pass_body(d, p - 1, data_feed(&d->data, p - 1, p, n, &used));
	if (d->data.ended)
		finish_body(d);
	return used;
}
