/* A transaction: the key's lock, the repeat, the credit, the number, the file, the commit.
   saca-spool(5), "STATES", has the same order. */
#include "spool/commit.h"

#include "base/uuid.h"
#include "service/answer.h"
#include "spool/credit.h"
#include "spool/draft.h"
#include "spool/find.h"
#include "spool/key.h"
#include "spool/lock.h"
#include "spool/number.h"
#include "spool/quota.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- Results ---------------------------------------------------------------------------- */

void spool_refuse(struct spool_result *result, int code, enum refusal r, char const *word, uint64_t a, uint64_t b)
{
	result->code = code;
	refusal_format(result->text, r, word, a, b);
}

void spool_fail(struct spool_result *result, int code, char const *what)
{
	int e = errno;
	result->code = e == ENOSPC || e == EDQUOT ? ANSWER_FULL : e == ENOMEM ? ANSWER_MEMORY : code;
	result->text[0] = 0;
	snprintf(result->why, sizeof result->why, "unable to %s: %s", what, spool_error(e));
}

static void accept_request(struct spool_result *result, bool is_send, uint64_t number, char const *id, bool is_repeat)
{
	result->code = 0;
	result->is_repeat = is_repeat;
	answer_format_receipt(result->text, is_send, number, id);
}

/* --- Steps: each returns false when the result is final ---------------------------------- */

/* A transaction in progress. */
struct step {
	struct spool const *spool;
	struct spool_request const *request;
	struct spool_result *result;
	char id[UUID_HEX], key[SPOOL_KEY];
	bool is_send;  /* false: only contacts, without number and credit */
	bool costs_credit, has_quota;
	uint64_t send; /* the number, after take_number */
};

static struct draft draft;

/* Answers a repeat as the first transaction was answered. */
static bool check_repeat(struct step *t)
{
	struct spool_entry entry;
	int found = spool_find(t->spool, t->key, &entry);
	if (found < 0)
		spool_fail(t->result, ANSWER_SPOOL, "look for a repeat");
	else if (found)
		accept_request(t->result, true, entry.send, entry.id, true);
	return found == 0;
}

static bool judge_credit(struct step *t, enum spool_credit r, uint64_t left)
{
	switch (r) {
	case SPOOL_CREDIT_OK:
		return true;
	case SPOOL_CREDIT_SHORT:
		spool_refuse(t->result, ANSWER_REFUSED, REFUSAL_CREDIT, NULL, left, t->request->envelope->count);
		return false;
	case SPOOL_CREDIT_MISSING:
		spool_refuse(t->result, ANSWER_LATER, REFUSAL_NO_CREDIT_FILE, NULL, 0, 0);
		snprintf(t->result->why, sizeof t->result->why,
			"plan %s has no credit file that can be read: give it credit with -c", t->request->plan);
		return false;
	case SPOOL_CREDIT_ERROR:
		break;
	}
	spool_fail(t->result, ANSWER_SPOOL, "use the credit file");
	return false;
}

/* Checks maxrcpt again: the dialogue has checked it, but another client of the service may not
   have. */
static bool check_recipients(struct step *t)
{
	uint64_t max = t->request->maxrcpt, recipients = t->request->envelope->count;
	if (max && recipients > max)
		spool_refuse(t->result, ANSWER_REFUSED, REFUSAL_CONTACTS, NULL, recipients, max);
	return !max || recipients <= max;
}

/* The size of the file, roughly: the fields take less than 1 KB, a Delivered-To 16 octets. */
static uint64_t file_size(struct spool_request const *request)
{
	return request->n + request->envelope->text.len + 16 * request->envelope->count + 1024;
}

static bool take_quota(struct step *t)
{
	uint64_t today = 0, recipients = t->request->envelope->count;
	switch (spool_quota_add(t->spool, t->request->plan, &t->request->limits, recipients, file_size(t->request),
		time(NULL), &today)) {
	case SPOOL_QUOTA_OK:
		t->has_quota = true;
		return true;
	case SPOOL_QUOTA_RECIPIENTS:
		spool_refuse(t->result, ANSWER_REFUSED, REFUSAL_CONTACTS, NULL, today + recipients, t->request->limits.maxday);
		snprintf(t->result->why, sizeof t->result->why, "plan %s has reached maxday, its recipients of a day",
			t->request->plan);
		return false;
	case SPOOL_QUOTA_WAITING:
		t->result->code = ANSWER_FULL;
		snprintf(t->result->why, sizeof t->result->why, "plan %s has reached maxwait, its octets in the spool: "
			"does saca-import run?", t->request->plan);
		return false;
	case SPOOL_QUOTA_ERROR:
		break;
	}
	spool_fail(t->result, ANSWER_SPOOL, "use the quota file");
	return false;
}

static void return_quota(struct step *t)
{
	if (t->has_quota)
		spool_quota_subtract(t->spool, t->request->plan, t->request->envelope->count, file_size(t->request));
}

/* Saves the work on a message that will be refused. take_credit subtracts the amount. */
static bool check_credit(struct step *t)
{
	uint64_t left = 0;
	if (!t->costs_credit)
		return true;
	enum spool_credit r = spool_credit_check(t->spool, t->request->plan, t->request->envelope->count, &left);
	return judge_credit(t, r, left);
}

static bool take_number(struct step *t)
{
	switch (spool_number_take(t->spool, t->request->residue, t->request->hosts, &t->send)) {
	case SPOOL_NUMBER_OK:
		return true;
	case SPOOL_NUMBER_LOST:
		spool_refuse(t->result, ANSWER_LATER, REFUSAL_NO_NUMBER, NULL, 0, 0);
		strcpy(t->result->why, "count is missing or damaged: run saca-import, which makes it above the store's highest number");
		return false;
	case SPOOL_NUMBER_SPENT:
		t->result->code = ANSWER_LATER;
		strcpy(t->result->why, "count has reached its end: no number is left");
		return false;
	case SPOOL_NUMBER_ERROR:
		break;
	}
	spool_fail(t->result, ANSWER_SPOOL, "take a number from count");
	return false;
}

/* Makes the counter, also for a file without a number: the spool is not empty afterwards. */
static bool prepare_number(struct step *t)
{
	if (t->is_send)
		return take_number(t);
	if (spool_number_prepare(t->spool))
		return true;
	spool_fail(t->result, ANSWER_SPOOL, "make count");
	return false;
}

static bool write_draft(struct step *t)
{
	struct draft_head head = {.send = t->send, .date = time(NULL), .user = t->request->user,
		.sandbox = t->request->sandbox, .origin = t->request->origin, .envelope = t->request->envelope};
	head.origin.id = t->id;
	if (draft_write(&draft, t->spool, &head, t->request->message, t->request->n))
		return true;
	spool_fail(t->result, ANSWER_SPOOL, "write a file in tmp");
	return false;
}

static bool take_credit(struct step *t, struct spool_credit_hold *hold)
{
	uint64_t left = 0;
	enum spool_credit r = spool_credit_take(t->spool, t->request->plan, t->request->envelope->count,
		t->id, t->key, hold, &left);
	return judge_credit(t, r, left);
}

static void end_credit(struct spool_credit_hold *hold, enum draft_end end)
{
	if (end == DRAFT_COMMITTED)
		spool_credit_spend(hold);
	else if (end == DRAFT_UNKNOWN)
		spool_credit_leave(hold);
	else
		spool_credit_return(hold);
}

static bool is_abandoned(struct spool_request const *request)
{
	return request->is_abandoned && request->is_abandoned(request->client);
}

/* Takes the credit and links the file. */
static bool commit_draft(struct step *t)
{
	struct spool_credit_hold hold;
	if (t->costs_credit && !take_credit(t, &hold))
		return false;
	bool abandoned = is_abandoned(t->request);
	enum draft_end end = abandoned ? DRAFT_FAILED : draft_commit(&draft, t->key);
	int e = errno;
	if (t->costs_credit)
		end_credit(&hold, end);
	if (abandoned) {
		t->result->code = ANSWER_TIMEOUT;
		strcpy(t->result->why, "the client has gone before the commit");
		return false;
	}
	if (end == DRAFT_EXISTS && !check_repeat(t)) /* by a program that does not use our locks */
		return false;
	errno = e;
	if (end != DRAFT_COMMITTED)
		spool_fail(t->result, ANSWER_SPOOL, "commit a file to new");
	return end == DRAFT_COMMITTED;
}

/* Runs the steps that need the key's lock. keyed: the key is a hash, so that the transaction may
   be a repeat. */
static void commit_locked(struct step *t, bool keyed)
{
	if (keyed && !check_repeat(t))
		return;
	bool done = check_recipients(t) && check_credit(t) && take_quota(t) && prepare_number(t) && write_draft(t) && commit_draft(t);
	draft_remove(&draft);
	if (!done)
		return_quota(t);
	else if (t->is_send)
		accept_request(t->result, true, t->send, t->id, false);
	else
		accept_request(t->result, false, t->request->envelope->count, t->id, false);
}

void spool_commit(struct spool const *sp, struct spool_request const *request, struct spool_result *result)
{
	struct step t = {.spool = sp, .request = request, .result = result, .is_send = request->n > 0,
		.costs_credit = request->n > 0 && request->costs_credit && !request->sandbox};
	*result = (struct spool_result){.code = ANSWER_LATER};
	uuid_fresh(t.id);
	int keyed = spool_key(t.key, request->plan, request->envelope, request->message, request->n, t.id);
	if (keyed < 0) {
		errno = ENOMEM;
		spool_fail(result, ANSWER_MEMORY, "make the key of the transaction");
		return;
	}
	if (!spool_lock(sp, t.key)) {
		spool_fail(result, ANSWER_SPOOL, "lock the spool");
		return;
	}
	commit_locked(&t, keyed);
	result->is_stuck = !spool_unlock(sp, t.key);
}
