/* A job and its mails: see task.h. */
#include "send/task.h"

#include "base/date.h"
#include "send/blame.h"
#include "send/unsubscribe.h"
#include "send/when.h"
#include "store/mark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How often a mail is tried again at once after its connection was lost. Then it is deferred: its
   content may be the reason. */
#define LOST_MAX 2

struct task *task_new(struct job *job, size_t sessions, uint64_t now_ms)
{
	struct task *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->returned = calloc(sessions, sizeof *t->returned);
	job->flying = calloc(sessions, sizeof *job->flying);
	if (!t->returned || !job->flying) {
		free(t->returned);
		free(t);
		return NULL;
	}
	t->job = job;
	t->since = t->renewed = now_ms;
	t->is_drained = !job->count;
	return t;
}

void task_free(struct task *t)
{
	job_free(t->job);
	free(t->returned);
	free(t);
}

bool task_is_ready(struct task const *t)
{
	return !t->is_leaving && !t->wants_pause && (t->returned_count || t->job->next < t->job->count);
}

bool task_is_done(struct task const *t)
{
	return t->is_drained && !t->returned_count && !t->job->in_flight;
}

void task_take(struct task *t, struct task_mail *m)
{
	struct job *j = t->job;
	m->task = t;
	m->state = TASK_CHOSEN;
	m->is_malformed = m->is_forgotten = false;
	if (t->returned_count) {
		m->to = t->returned[--t->returned_count];
		j->flying[j->in_flight++] = m->to.contact.id;
		return;
	}
	m->to.contact = j->contact[j->next++];
	j->flying[j->in_flight++] = m->to.contact.id;
	char const *address = j->addresses.s ? j->addresses.s + m->to.contact.address : "";
	size_t const n = m->to.contact.address_len;
	m->is_forgotten = mark_is(address, n);
	m->is_malformed = !m->is_forgotten && (address_check(address, n, true) != ADDRESS_OK
		|| !address_normalize(address, n, m->to.address, &m->to.len));
}

void task_leave(struct task *t, enum worker_end end)
{
	t->is_leaving = true;
	t->end = end;
	t->returned_count = 0;
}

void task_reread(struct task *t)
{
	struct job *j = t->job;
	j->next = j->count = 0;
	j->cursor = 0;
	j->all_read = false;
	t->is_drained = false;
	t->was_reread = true;
}

/* --- In a transaction -------------------------------------------------------------------- */

/* Handles a mail that could not begin: finds the reason, and writes the outcome. */
static enum store_result skip(struct ledger *l, struct task_mail *m)
{
	struct task *t = m->task;
	enum store_result r = ledger_renew(l, t->job, &m->held);
	if (r != STORE_OK || !m->held)
		return r;
	if (!m->is_malformed)
		r = ledger_consent(l, t->job, m->to.contact.id, &m->consent);
	if (m->is_forgotten && m->consent == LEDGER_MAY)
		m->consent = LEDGER_UNSUBSCRIBED;
	if (r != STORE_OK || (!m->is_malformed && m->consent == LEDGER_MAY))
		return r;
	m->settled_as = m->is_malformed ? "malformed" : m->consent == LEDGER_SUPPRESSED ? "suppressed" : "unsubscribed";
	r = ledger_skip(l, t->job, &m->to.contact, m->settled_as, &m->changed);
	if (m->changed && m->is_malformed)
		t->figures.malformed++;
	else if (m->changed && m->consent == LEDGER_SUPPRESSED)
		t->figures.suppressed++;
	else if (m->changed)
		t->figures.unsubscribed++;
	return r;
}

enum store_result task_begin(struct ledger *l, struct task_mail *m)
{
	enum store_result r = STORE_OK;
	m->begun = m->changed = false;
	m->held = true;
	m->settled_as = NULL;
	memcpy(m->begun_at, l->now, sizeof m->begun_at);
	if (!m->is_malformed && !m->is_forgotten)
		r = ledger_begin_delivery(l, m->task->job, &m->to.contact, &m->begun);
	return r == STORE_OK && !m->begun ? skip(l, m) : r;
}

/* The enhanced code of a reply (RFC 3463), else its three digits; NULL without a reply. */
static char const *find_code(struct session_result const *r, char out[BLAME_CODE])
{
	if (!r->code)
		return NULL;
	if (!blame_code(out, r->text, strlen(r->text)))
		snprintf(out, BLAME_CODE, "%d", r->code);
	return out;
}

/* Defers the mail, or refuses it if it has been deferred for too long. */
static enum store_result defer(struct ledger *l, struct task_mail *m, char const *code)
{
	struct job_contact const *c = &m->to.contact;
	char const *first = c->first_at[0] ? c->first_at : m->begun_at;
	char next[DATE_ISO];
	bool late = date_seconds(l->now) - date_seconds(first) >= WHEN_GIVE_UP;
	date_add(next, l->now, when_retry(c->tries + 1));
	m->settled_as = late ? "refused" : "deferred";
	enum store_result r = ledger_settle(l, m->task->job, c, m->settled_as, code, m->result.text, late ? NULL : next, &m->changed);
	m->task->figures.refused += late && m->changed;
	return r;
}

/* Unsubscribes an address that does not exist from all senders of the plan. */
static enum store_result unsubscribe_refused(struct ledger *l, struct task_mail const *m, char const *code)
{
	struct job const *j = m->task->job;
	bool is_new;
	if (!m->changed || blame_of(code ? code : "", m->result.text) != BLAME_ADDRESS)
		return STORE_OK;
	enum store_result r = l->store->lock_plan(l->store, j->plan);
	if (r == STORE_OK)
		r = unsubscribe_contact(l->store, j->plan, m->to.contact.id, j->sender, UNSUBSCRIBE_BOUNCE, j->send, l->now, &is_new);
	return r;
}

enum store_result task_settle(struct ledger *l, struct task_mail *m)
{
	struct task *t = m->task;
	struct job_contact const *c = &m->to.contact;
	char room[BLAME_CODE];
	char const *code = find_code(&m->result, room);
	enum store_result r = STORE_OK;
	m->changed = false;
	m->settled_as = NULL;
	switch (m->result.outcome) {
	case SESSION_HANDED:
		m->settled_as = "handed";
		r = ledger_settle(l, t->job, c, m->settled_as, NULL, NULL, NULL, &m->changed);
		t->figures.handed += m->changed;
		break;
	case SESSION_REFUSED:
		m->settled_as = "refused";
		r = ledger_settle(l, t->job, c, m->settled_as, code, m->result.text, NULL, &m->changed);
		t->figures.refused += m->changed;
		if (r == STORE_OK)
			r = unsubscribe_refused(l, m, code);
		break;
	case SESSION_DEFERRED:
	case SESSION_IN_DOUBT:
		r = defer(l, m, code);
		break;
	case SESSION_LOST:
		r = c->lost >= LOST_MAX ? defer(l, m, code) : ledger_take_back(l, t->job, c);
		break;
	case SESSION_SENDER_REFUSED:
	case SESSION_DOWN:
		r = ledger_take_back(l, t->job, c);
		break;
	}
	return r;
}

/* If the figures do not add up, the contacts are read a second time before the send ends. */
static enum store_result finish(struct ledger *l, struct task *t)
{
	enum store_result r = ledger_postpone(l, t->job, &t->is_postponed);
	t->duty_done = t->is_postponed;
	if (r == STORE_OK && !t->is_postponed)
		r = ledger_finish(l, t->job, !t->was_reread, &t->duty_done);
	if (r == STORE_OK && !t->duty_done && !t->was_reread)
		r = ledger_renew(l, t->job, &t->wants_reread);
	return r;
}

enum store_result task_do_duty(struct ledger *l, struct task *t)
{
	enum store_result r = ledger_add_figures(l, t->job, &t->figures);
	if (r != STORE_OK)
		return r;
	t->duty_done = true;
	t->is_postponed = t->wants_reread = false;
	switch (t->duty) {
	case TASK_NOTHING:
		break;
	case TASK_RENEW:
		r = ledger_renew(l, t->job, &t->duty_done);
		break;
	case TASK_FINISH:
		r = finish(l, t);
		break;
	case TASK_RELEASE:
		r = ledger_release(l, t->job);
		break;
	case TASK_PAUSE:
		r = ledger_pause(l, t->job->plan, t->job->send, t->reason);
		break;
	}
	return r;
}

/* --- After the commit -------------------------------------------------------------------- */

static void pause_for(struct task *t, char const *why, char const *text)
{
	if (t->wants_pause || t->is_leaving)
		return;
	t->wants_pause = true;
	snprintf(t->reason, sizeof t->reason, "%s: %s", why, text);
}

/* Returns the mail to its task, to be tried again. In the store a deferred mail is due at once. */
static void give_back(struct task_mail *m)
{
	struct task *t = m->task;
	m->to.contact.lost += m->result.outcome == SESSION_LOST;
	if (!t->is_leaving && m->to.contact.origin != JOB_DEFERRED)
		t->returned[t->returned_count++] = m->to;
}

/* Removes the contact from the mails in flight. */
static void land(struct job *j, uint64_t contact)
{
	size_t i = 0;
	while (j->flying[i] != contact)
		i++;
	j->flying[i] = j->flying[--j->in_flight];
}

void task_count(struct task_mail *m)
{
	struct task *t = m->task;
	struct session_result const *r = &m->result;
	if (m->state == TASK_CHOSEN && m->begun) {
		m->state = TASK_IN_FLIGHT;
		return;
	}
	land(t->job, m->to.contact.id);
	if (m->state == TASK_CHOSEN) {
		m->state = TASK_FREE;
		if (!m->held)
			task_leave(t, WORKER_LOST);
		else if (m->is_malformed)
			t->counts.malformed++;
		else
			t->counts.left += m->settled_as != NULL;
		return;
	}
	m->state = TASK_FREE;
	if (!m->settled_as) {
		if (r->outcome == SESSION_SENDER_REFUSED)
			pause_for(t, "the server refuses the sender", r->text);
		give_back(m);
		return;
	}
	bool refused = !strcmp(m->settled_as, "refused");
	t->counts.handed += !strcmp(m->settled_as, "handed");
	t->counts.deferred += !strcmp(m->settled_as, "deferred");
	t->counts.refused += refused;
	if (refusals_add(&t->job->refusals, refused))
		pause_for(t, "too many refusals", r->text);
}
