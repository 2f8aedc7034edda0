/* The dialogue: DATA and BDAT, what is refused, and what is queued. */
#include "base/ascii.h"
#include "base/num.h"
#include "smtp/dialogue.h"
#include "smtp/dialogue_verbs.h"

#include <string.h>

/* --- The verdict --------------------------------------------------------------------- */

static bool over_plan(struct dialogue const *s)
{
	return s->plan.maxrcpt && s->rcpts.count > s->plan.maxrcpt;
}

/* Runs the queue program; an empty message imports the contacts alone. */
static void run_queue(struct dialogue *s, bool empty, struct answer *v)
{
	size_t n;
	char const *envelope = rcptset_envelope(&s->rcpts, &n);
	s->queued = true;
	if (envelope)
		s->hooks->queue(s->hooks->arg, s, empty, envelope, n, v);
	else
		answer_read(v, 71, "", 0);
}

static bool is_accepted(struct answer const *v)
{
	return v->verdict == VERDICT_ACCEPTED || v->verdict == VERDICT_REPEAT;
}

/* A temporary failure, or the queue's 250. Says and ends. */
static void answer_queue(struct dialogue *s, struct answer const *v, char const *word)
{
	bool ok = is_accepted(v);
	enum reply r;
	if (ok)
		r = v->text[0] ? REPLY_QUEUED : REPLY_OK;
	else if (v->verdict == VERDICT_FULL)
		r = REPLY_DISK_FULL;
	else
		r = v->text[0] ? REPLY_QUEUE_SAYS : REPLY_QUEUE_FAILED;
	dialogue_transaction_end(s, ok ? word : "tempfail", ok ? v : NULL, NULL);
	dialogue_say(s, r, v->text);
}

/* Refused for good: the contacts are imported all the same, and if even that fails the
   client had better come back with everything (SPEC, Contacts without a send). */
static void refuse(struct dialogue *s, enum reply r, char const *reason, char const *word)
{
	struct answer contacts;
	bool imported = false;
	if (!s->config->plain_queue) {
		run_queue(s, true, &contacts);
		imported = is_accepted(&contacts);
		if (contacts.verdict == VERDICT_PERMANENT || contacts.verdict == VERDICT_FULL)
			answer_read(&contacts, 71, "", 0);
		if (!imported) {
			answer_queue(s, &contacts, word);
			return;
		}
	}
	dialogue_transaction_end(s, word, imported ? &contacts : NULL, reason);
	dialogue_say(s, r, reason);
}

static void refuse_plan(struct dialogue *s)
{
	char reason[REFUSAL_TEXT];
	refusal_format(reason, REFUSAL_CONTACTS, NULL, s->rcpts.count, s->plan.maxrcpt);
	dialogue_transaction_end(s, "refused", NULL, reason);
	dialogue_say(s, REPLY_INTERNAL, reason);
}

/* Refused for what it is. */
static void refuse_message(struct dialogue *s, enum refusal r)
{
	char reason[REFUSAL_TEXT];
	refusal_format(reason, r, NULL, 0, 0);
	refuse(s, REPLY_INTERNAL, reason, "refused");
}

/* The body is complete. */
static void finish(struct dialogue *s)
{
	struct answer v;
	s->reading = READING_COMMANDS;
	if (s->broken) {
		dialogue_transaction_end(s, "tempfail", NULL, NULL);
		dialogue_say(s, REPLY_DISK_FULL, NULL);
	} else if (over_plan(s)) {
		refuse_plan(s);
	} else if (s->data.size > s->config->max_size) {
		refuse(s, REPLY_SIZE, NULL, "oversize");
	} else if (s->data.nul) {
		refuse_message(s, REFUSAL_NUL);
	} else if (s->data.size == 0 && s->config->plain_queue) {
		refuse_message(s, REFUSAL_EMPTY);
	} else if (s->data.size == 0) {
		run_queue(s, true, &v);
		if (v.verdict == VERDICT_PERMANENT) {
			dialogue_transaction_end(s, "refused", NULL, v.text);
			dialogue_say(s, REPLY_INTERNAL, v.text);
		} else {
			answer_queue(s, &v, "contacts");
		}
	} else {
		run_queue(s, false, &v);
		if (v.verdict == VERDICT_PERMANENT)
			refuse(s, REPLY_INTERNAL, v.text, "refused");
		else
			answer_queue(s, &v, v.verdict == VERDICT_REPEAT ? "repeat" : "ok");
	}
}

void dialogue_body_lost(struct dialogue *s, enum dialogue_end why)
{
	struct answer v;
	char const *word = why == DIALOGUE_TIMEOUT ? "timeout" : why == DIALOGUE_SHUTDOWN ? "shutdown" : "vanished";
	/* a shutdown is ours: the client comes back with everything */
	if (why == DIALOGUE_SHUTDOWN || s->broken || over_plan(s) || s->config->plain_queue) {
		dialogue_transaction_end(s, word, NULL, NULL);
		return;
	}
	run_queue(s, true, &v);
	dialogue_transaction_end(s, is_accepted(&v) ? word : "tempfail", is_accepted(&v) ? &v : NULL, NULL);
}

/* --- DATA ------------------------------------------------------------------------------ */

/* n octets came: enough of them restart the clock for a command. */
static void tick(struct dialogue *s, size_t n)
{
	s->body_since += n;
	if (s->body_since >= DIALOGUE_PROGRESS) {
		s->body_since = 0;
		s->progress++;
	}
}

static void keep(struct dialogue *s, char const *p, size_t n)
{
	tick(s, n);
	if (n && !s->broken && s->data.size <= s->config->max_size)
		s->broken = !s->hooks->body(s->hooks->arg, p, n);
}

static bool start(struct dialogue *s, enum dialogue_phase phase, enum data_mode mode)
{
	if (!s->hooks->body_start(s->hooks->arg)) {
		dialogue_transaction_end(s, "tempfail", NULL, NULL);
		return false;
	}
	s->phase = phase;
	s->body_since = 0;
	data_start(&s->data, mode);
	return true;
}

void dialogue_data(struct dialogue *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	if (start(s, PHASE_DATA, s->crlf ? DATA_CRLF : DATA_LF)) {
		s->reading = READING_BODY;
		dialogue_say(s, REPLY_START_DATA, NULL);
	} else {
		dialogue_say(s, REPLY_QUEUE_FAILED, NULL);
	}
}

/* --- BDAT ------------------------------------------------------------------------------ */

/* `SIZE` or `SIZE LAST`. False: the size cannot be read, and so not be skipped. */
static bool chunk_header(struct dialogue *s, char const *arg, size_t n, bool *garbled)
{
	size_t digits = 0;
	while (digits < n && !ascii_is_blank(arg[digits]))
		digits++;
	if (!num_scan(arg, digits, UINT64_MAX, &s->chunk_size))
		return false;
	size_t at = digits;
	while (at < n && ascii_is_blank(arg[at]))
		at++;
	s->chunk_last = ascii_case_is(arg + at, n - at, "LAST");
	*garbled = at < n && !s->chunk_last;
	s->chunk_left = s->chunk_size;
	return true;
}

static void refuse_chunk(struct dialogue *s, enum reply r)
{
	s->chunk_drop = true;
	s->chunk_refusal = r;
}

static void chunk_done(struct dialogue *s)
{
	char number[NUM_FMT];
	s->reading = READING_COMMANDS;
	if (s->chunk_drop) {
		if (s->phase == PHASE_BDAT) /* the message failed; what had come imports nothing */
			dialogue_abandon(s);
		dialogue_say(s, s->chunk_refusal, NULL);
		return;
	}
	if (s->chunk_last) {
		char held;
		keep(s, &held, data_flush(&s->data, &held));
		finish(s);
	} else if (s->broken || s->data.size > s->config->max_size || s->data.nul) {
		finish(s); /* refused now: there is no need of the rest */
	} else {
		num_fmt(number, s->chunk_size);
		dialogue_say(s, REPLY_CHUNK, number);
	}
}

void dialogue_bdat(struct dialogue *s, char *arg, size_t n)
{
	bool garbled;
	if (!chunk_header(s, arg, n, &garbled)) {
		dialogue_say(s, REPLY_BDAT_SIZE, NULL);
		dialogue_abandon(s);
		s->closing = true;
		return;
	}
	s->chunk_drop = false;
	if (!s->logged_in)
		refuse_chunk(s, REPLY_AUTH_REQUIRED);
	else if (s->phase != PHASE_RCPT && s->phase != PHASE_BDAT)
		refuse_chunk(s, REPLY_NEED_RCPT);
	else if (garbled)
		refuse_chunk(s, REPLY_ARGUMENT);
	else if (s->phase == PHASE_RCPT && !start(s, PHASE_BDAT, DATA_CHUNK))
		refuse_chunk(s, REPLY_QUEUE_FAILED);
	s->reading = READING_CHUNK;
	if (s->chunk_left == 0)
		chunk_done(s);
}

/* --- Octets ------------------------------------------------------------------------------ */

static size_t chunk_feed(struct dialogue *s, char *p, size_t n)
{
	size_t took = n < s->chunk_left ? n : (size_t)s->chunk_left;
	if (s->chunk_drop) {
		tick(s, took);
	} else {
		size_t used;
		size_t len = data_feed(&s->data, p - 1, p, took, &used);
		keep(s, p - 1, len);
	}
	s->chunk_left -= took;
	if (s->chunk_left == 0)
		chunk_done(s);
	return took;
}

size_t dialogue_body_feed(struct dialogue *s, char *p, size_t n)
{
	size_t used;
	if (s->reading == READING_CHUNK)
		return chunk_feed(s, p, n);
	size_t len = data_feed(&s->data, p - 1, p, n, &used);
	keep(s, p - 1, len);
	if (s->data.ended)
		finish(s);
	return used;
}
