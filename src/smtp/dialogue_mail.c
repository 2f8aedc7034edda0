/* The dialogue: MAIL, RCPT, and the transaction that they make. */
#include "base/ascii.h"
#include "smtp/dialogue.h"
#include "smtp/dialogue_verbs.h"
#include "smtp/esmtp.h"

#include <string.h>

/* --- The transaction ------------------------------------------------------------------- */

static void fill_record(struct dialogue const *d, struct dialogue_record *r)
{
	memset(r, 0, sizeof *r);
	r->user = d->user;
	r->user_n = d->logged_in ? d->user_n : 0;
	r->sender = d->sender;
	r->sender_n = d->sender_n;
	r->rcpts = d->rcpts.count;
	r->size = d->data.size;
	r->ms = d->hooks->clock(d->hooks->arg) - d->began;
}

void dialogue_transaction_end(struct dialogue *d, char const *verdict, struct answer const *answer,
	char const *reason)
{
	if (verdict) {
		struct dialogue_record r;
		fill_record(d, &r);
		r.verdict = verdict;
		r.reason = reason;
		if (answer)
			(void)answer_read_receipt(answer->text, &r.id, &r.id_n, &r.uuid, &r.uuid_n);
		d->hooks->log(d->hooks->arg, d, &r);
	}
	d->phase = PHASE_IDLE;
	d->utf8 = d->broken = false;
	d->sender_n = 0;
	d->rcpts.count = 0;
	memset(&d->data, 0, sizeof d->data);
}

void dialogue_abandon(struct dialogue *d)
{
	if (d->phase != PHASE_IDLE)
		dialogue_transaction_end(d, "abandoned", NULL, NULL);
}

/* Does the plan own the sender? Also reads the plan's settings, once a login. */
static enum dialogue_lookup check_sender(struct dialogue *d)
{
	struct dialogue_hooks const *h = d->hooks;
	char const *plan = d->user + d->plan_at;
	size_t n = d->user_n - d->plan_at;
	if (!d->plan_known) {
		memset(&d->plan, 0, sizeof d->plan);
		if (h->plan(h->arg, plan, n, &d->plan) == DIALOGUE_UNKNOWN)
			return DIALOGUE_UNKNOWN;
		d->plan_known = true;
	}
	return d->config->any_sender ? DIALOGUE_YES : h->sender(h->arg, plan, n, d->sender, d->sender_n);
}

static void begin_transaction(struct dialogue *d)
{
	enum dialogue_lookup owned = check_sender(d);
	if (owned == DIALOGUE_YES && rcptset_begin(&d->rcpts, d->sender, d->sender_n)) {
		d->phase = PHASE_MAIL;
		dialogue_reply(d, REPLY_OK, NULL);
		return;
	}
	enum reply r = owned == DIALOGUE_NO ? REPLY_SENDER
		: owned == DIALOGUE_YES ? REPLY_NO_MEMORY : REPLY_ACCOUNTS;
	dialogue_transaction_end(d, owned == DIALOGUE_NO ? "sender-refused" : "tempfail", NULL, NULL);
	dialogue_reply(d, r, NULL);
}

/* --- MAIL and RCPT ----------------------------------------------------------------------- */

/* The offset of the path after `FROM:` or `TO:`, with or without blanks around the colon; 0 if
   arg does not start so. */
static size_t path_start(char const *arg, size_t n, char const *word)
{
	size_t at = strlen(word);
	if (n < at || !ascii_case_is(arg, at, word))
		return 0;
	while (at < n && ascii_is_blank(arg[at]))
		at++;
	return at < n && arg[at] == ':' ? at + 1 : 0;
}

static enum reply parameter_reply(enum esmtp_fault fault)
{
	return fault == ESMTP_UNKNOWN ? REPLY_UNKNOWN_PARAMETER
		: fault == ESMTP_VALUE ? REPLY_PARAMETER : REPLY_ARGUMENT;
}

static enum reply address_reply(enum address_fault fault)
{
	return fault == ADDRESS_8BIT ? REPLY_8BIT : REPLY_PATH;
}

void dialogue_mail(struct dialogue *d, char *arg, size_t n)
{
	struct esmtp_mail mail;
	size_t start = path_start(arg, n, "FROM"), at = 0, len = 0, used = 0;
	if (!start) {
		dialogue_reply(d, REPLY_ARGUMENT, NULL);
		return;
	}
	enum address_fault fault = address_path(arg + start, n - start, true, &at, &len, &used);
	bool is_null = fault == ADDRESS_EMPTY && used > 0; /* <> */
	if (fault != ADDRESS_OK && !is_null) {
		dialogue_reply(d, address_reply(fault), NULL);
		return;
	}
	enum esmtp_fault wrong = esmtp_mail(arg + start + used, n - start - used, &mail);
	char const *address = arg + start + at;
	size_t form_n = 0;
	if (wrong != ESMTP_OK) {
		dialogue_reply(d, parameter_reply(wrong), NULL);
	} else if (!mail.smtputf8 && !ascii_only(address, len)) {
		dialogue_reply(d, REPLY_8BIT, NULL);
	} else if (!is_null && !address_normalize(address, len, d->sender, &form_n)) {
		dialogue_reply(d, REPLY_PATH, NULL);
	} else if (mail.has_size && mail.size > d->config->max_size) {
		dialogue_reply(d, REPLY_SIZE, NULL);
	} else {
		d->began = d->hooks->clock(d->hooks->arg);
		d->utf8 = mail.smtputf8;
		d->sender[form_n] = 0;
		d->sender_n = form_n;
		if (!is_null) {
			begin_transaction(d);
		} else {
			dialogue_transaction_end(d, "sender-refused", NULL, NULL);
			dialogue_reply(d, REPLY_SENDER, NULL);
		}
	}
}

static enum reply add_recipient(struct dialogue *d, char const *address, size_t n)
{
	char form[ADDRESS_MAX];
	size_t form_n;
	if (!address_normalize(address, n, form, &form_n))
		return REPLY_PATH;
	switch (rcptset_add(&d->rcpts, form, form_n, d->config->max_rcpt, d->config->max_rcpt_octets)) {
	case RCPTSET_FULL:
		return REPLY_RECIPIENTS;
	case RCPTSET_NO_MEMORY:
		return REPLY_NO_MEMORY;
	default:
		d->phase = PHASE_RCPT;
		return REPLY_ACCEPTED_RCPT;
	}
}

void dialogue_rcpt(struct dialogue *d, char *arg, size_t n)
{
	size_t start = path_start(arg, n, "TO"), at = 0, len = 0, used = 0;
	if (!start) {
		dialogue_reply(d, REPLY_ARGUMENT, NULL);
		return;
	}
	enum address_fault fault = address_path(arg + start, n - start, d->utf8, &at, &len, &used);
	if (fault != ADDRESS_OK) {
		dialogue_reply(d, address_reply(fault), NULL);
		return;
	}
	enum esmtp_fault wrong = esmtp_rcpt(arg + start + used, n - start - used);
	dialogue_reply(d, wrong != ESMTP_OK ? parameter_reply(wrong) : add_recipient(d, arg + start + at, len), NULL);
}
