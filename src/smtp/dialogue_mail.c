/* The dialogue: MAIL and RCPT, and the transaction they make. */
#include "base/ascii.h"
#include "smtp/esmtp.h"
#include "smtp/dialogue.h"
#include "smtp/dialogue_verbs.h"

#include <string.h>

/* Where the path starts behind `FROM:` or `TO:`; 0 if that is not what arg says. Blanks
   around the colon occur. */
static size_t path_start(char const *arg, size_t n, char const *word)
{
	size_t at = strlen(word);
	if (n < at || !ascii_case_is(arg, at, word))
		return 0;
	while (at < n && ascii_is_blank(arg[at]))
		at++;
	return at < n && arg[at] == ':' ? at + 1 : 0;
}

static enum reply fault_reply(enum esmtp_fault fault)
{
	return fault == ESMTP_UNKNOWN ? REPLY_UNKNOWN_PARAMETER
		: fault == ESMTP_VALUE ? REPLY_PARAMETER : REPLY_ARGUMENT;
}

static enum reply address_reply(enum address_fault fault)
{
	return fault == ADDRESS_8BIT ? REPLY_8BIT : REPLY_PATH;
}

static void fill_record(struct dialogue const *s, struct dialogue_record *r)
{
	memset(r, 0, sizeof *r);
	r->user = s->user;
	r->user_n = s->logged_in ? s->user_n : 0;
	r->sender = s->sender;
	r->sender_n = s->sender_n;
	r->rcpts = s->rcpts.count;
	r->size = s->data.size;
	r->ms = s->hooks->clock(s->hooks->arg) - s->began;
}

void dialogue_transaction_end(struct dialogue *s, char const *verdict, struct answer const *v, char const *reason)
{
	if (verdict) {
		struct dialogue_record r;
		fill_record(s, &r);
		r.verdict = verdict;
		r.reason = reason;
		if (v)
			(void)answer_read_receipt(v->text, &r.id, &r.id_n, &r.uuid, &r.uuid_n);
		s->hooks->log(s->hooks->arg, s, &r);
	}
	s->phase = PHASE_IDLE;
	s->utf8 = s->broken = false;
	s->sender_n = 0;
	s->rcpts.count = 0;
	memset(&s->data, 0, sizeof s->data);
}

void dialogue_abandon(struct dialogue *s)
{
	if (s->phase != PHASE_IDLE)
		dialogue_transaction_end(s, "abandoned", NULL, NULL);
}

/* Does the plan own the sender? And, once a session, what are its settings? */
static enum dialogue_lookup is_sender(struct dialogue *s)
{
	struct dialogue_hooks const *h = s->hooks;
	char const *plan = s->user + s->plan_at;
	size_t n = s->user_n - s->plan_at;
	if (!s->plan_known) {
		memset(&s->plan, 0, sizeof s->plan);
		if (h->plan(h->arg, plan, n, &s->plan) == DIALOGUE_UNKNOWN)
			return DIALOGUE_UNKNOWN;
		s->plan_known = true;
	}
	return s->config->any_sender ? DIALOGUE_YES : h->sender(h->arg, plan, n, s->sender, s->sender_n);
}

static void begin(struct dialogue *s)
{
	enum dialogue_lookup answer = is_sender(s);
	if (answer == DIALOGUE_YES && rcptset_begin(&s->rcpts, s->sender, s->sender_n)) {
		s->phase = PHASE_MAIL;
		dialogue_say(s, REPLY_OK, NULL);
		return;
	}
	enum reply r = answer == DIALOGUE_NO ? REPLY_SENDER
		: answer == DIALOGUE_YES ? REPLY_NO_MEMORY : REPLY_ACCOUNTS;
	dialogue_transaction_end(s, answer == DIALOGUE_NO ? "sender-refused" : "tempfail", NULL, NULL);
	dialogue_say(s, r, NULL);
}

void dialogue_mail(struct dialogue *s, char *arg, size_t n)
{
	struct esmtp_mail mail;
	size_t start = path_start(arg, n, "FROM"), at = 0, len = 0, used = 0;
	if (!start) {
		dialogue_say(s, REPLY_ARGUMENT, NULL);
		return;
	}
	enum address_fault fault = address_path(arg + start, n - start, true, &at, &len, &used);
	bool null = fault == ADDRESS_EMPTY && used > 0; /* <>, not nothing at all */
	if (fault != ADDRESS_OK && !null) {
		dialogue_say(s, address_reply(fault), NULL);
		return;
	}
	enum esmtp_fault wrong = esmtp_mail(arg + start + used, n - start - used, &mail);
	char *address = arg + start + at;
	if (wrong != ESMTP_OK) {
		dialogue_say(s, fault_reply(wrong), NULL);
	} else if (!mail.smtputf8 && !ascii_only(address, len)) {
		dialogue_say(s, REPLY_8BIT, NULL);
	} else if (mail.has_size && mail.size > s->config->max_size) {
		dialogue_say(s, REPLY_SIZE, NULL);
	} else {
		s->began = s->hooks->clock(s->hooks->arg);
		s->utf8 = mail.smtputf8;
		ascii_lower_all(address, len);
		memcpy(s->sender, address, len);
		s->sender[len] = 0;
		s->sender_n = len;
		if (!null) {
			begin(s);
		} else { /* no plan owns it */
			dialogue_transaction_end(s, "sender-refused", NULL, NULL);
			dialogue_say(s, REPLY_SENDER, NULL);
		}
	}
}

static enum reply add(struct dialogue *s, char *address, size_t n)
{
	ascii_lower_all(address, n);
	switch (rcptset_add(&s->rcpts, address, n, s->config->max_rcpt, s->config->max_rcpt_octets)) {
	case RCPTSET_FULL:
		return REPLY_RECIPIENTS;
	case RCPTSET_NO_MEMORY:
		return REPLY_NO_MEMORY;
	default:
		s->phase = PHASE_RCPT;
		return REPLY_ACCEPTED_RCPT;
	}
}

void dialogue_rcpt(struct dialogue *s, char *arg, size_t n)
{
	size_t start = path_start(arg, n, "TO"), at = 0, len = 0, used = 0;
	if (!start) {
		dialogue_say(s, REPLY_ARGUMENT, NULL);
		return;
	}
	enum address_fault fault = address_path(arg + start, n - start, s->utf8, &at, &len, &used);
	if (fault != ADDRESS_OK) {
		dialogue_say(s, address_reply(fault), NULL);
		return;
	}
	enum esmtp_fault wrong = esmtp_rcpt(arg + start + used, n - start - used);
	dialogue_say(s, wrong != ESMTP_OK ? fault_reply(wrong) : add(s, arg + start + at, len), NULL);
}
