/* The loop of saca-send: see worker.h. Each turn it reads the outcomes that have come, chooses the
   next contacts for idle sessions, writes both in one transaction, and then hands the mails over. */
#include "send/worker.h"

#include "base/clock.h"
#include "base/wait.h"
#include "send/worker_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	SYNC_MAILS = JOB_BATCH, /* outcomes that a power cut may take back */
	STORE_PATIENCE = 60,    /* seconds that a failing store is tried again */
	DOWN_MS = 1000,         /* the first wait before a server that is down is tried again; doubled each time */
	DOWN_MAX_MS = 60000,    /* the longest such wait */
	PROGRESS_MS = 200,
	WAIT_MS = 1000,         /* the longest wait of a turn */
	GATHER_NS = 200000      /* outcomes that come this soon after a turn share the next one */
};

bool worker_fail(struct worker *w, char const *why)
{
	snprintf(w->reason, STORE_REASON, "%s", why);
	w->has_failed = true;
	return false;
}

/* --- Transactions ------------------------------------------------------------------------ */

bool worker_transact(struct worker *w, enum store_mode mode, enum store_result (*body)(struct worker *))
{
	struct store *s = w->ledger->store;
	uint64_t const start = clock_ms();
	bool is_reported = false;
	for (uint64_t wait = 10;; wait = wait < 1000 ? wait * 2 : 1000) {
		enum store_result r = ledger_begin(w->ledger, mode);
		if (r == STORE_OK)
			r = body(w);
		if (r == STORE_OK)
			r = s->commit(s);
		if (r == STORE_OK) {
			if (is_reported)
				w->o->store(NULL);
			return true;
		}
		s->rollback(s);
		if ((r != STORE_AGAIN && r != STORE_FAILED) || clock_ms() - start > STORE_PATIENCE * 1000u)
			return worker_fail(w, s->reason);
		if (r == STORE_FAILED && !is_reported) {
			w->o->store(s->reason);
			is_reported = true;
		}
		wait_ms(wait);
	}
}

/* The transaction of a turn: settles and begins deliveries, and does the duties of the tasks. */
static enum store_result write_turn(struct worker *w)
{
	enum store_result r = STORE_OK;
	for (size_t i = 0; i < w->tasks; i++)
		w->task[i]->figures = (struct ledger_figures){0};
	for (size_t i = 0; r == STORE_OK && i < w->pool->n; i++) {
		struct task_mail *m = &w->mail[i];
		if (m->state == TASK_SETTLING)
			r = task_settle(w->ledger, m);
		else if (m->state == TASK_CHOSEN)
			r = task_begin(w->ledger, m);
	}
	for (size_t i = 0; r == STORE_OK && i < w->tasks; i++)
		r = task_do_duty(w->ledger, w->task[i]);
	return r;
}

/* --- The server -------------------------------------------------------------------------- */

/* A server that takes mails and does not answer is down too: each mail that it gets then may be doubled. */
static void note_server(struct worker *w, struct session_result const *r)
{
	bool const down = r->outcome == SESSION_DOWN || r->outcome == SESSION_LOST || r->outcome == SESSION_IN_DOUBT;
	uint64_t const now = clock_ms();
	if (!down) {
		if (w->down_tries > 1)
			w->o->server(NULL);
		w->down_tries = 0;
		return;
	}
	if (now < w->down_until)
		return; /* another session has noted this failure */
	if (!w->down_tries)
		w->down_since = now;
	/* No wait after the first failure: the connection may have been closed while it was idle. */
	uint64_t const wait = !w->down_tries ? 0 : w->down_tries > 6 ? DOWN_MAX_MS : (uint64_t)DOWN_MS << (w->down_tries - 1);
	w->down_until = now + wait;
	if (++w->down_tries == 2)
		w->o->server(r->text);
	if (!w->o->follow && now - w->down_since >= w->o->patience * 1000u && !w->has_given_up) {
		w->has_given_up = true;
		snprintf(w->reason, STORE_REASON, "%s", r->text);
	}
}

static bool read_outcomes(struct worker *w, struct pollfd const *poll)
{
	for (size_t i = 0; i < w->pool->n; i++) {
		struct task_mail *m = &w->mail[i];
		if (m->state != TASK_IN_FLIGHT || !poll[i].revents)
			continue;
		if (!pool_read(w->pool, i, &m->result))
			return worker_fail(w, "the processes of the sessions die");
		m->state = TASK_SETTLING;
		note_server(w, &m->result);
	}
	return true;
}

/* --- Choosing ---------------------------------------------------------------------------- */

static bool is_ending(struct worker const *w)
{
	return *w->o->stop || w->has_given_up;
}

/* The task that is next: that of the plan that was served longest ago, and of its sends that one
   which was served longest ago. NULL: there is no contact to mail. */
static struct task *next_task(struct worker const *w)
{
	struct task *best = NULL;
	uint64_t best_plan = 0;
	for (size_t i = 0; i < w->tasks; i++) {
		struct task *t = w->task[i];
		uint64_t plan = 0;
		if (!task_is_ready(t))
			continue;
		for (size_t k = 0; k < w->tasks; k++)
			if (w->task[k]->job->plan == t->job->plan && w->task[k]->served > plan)
				plan = w->task[k]->served;
		if (!best || plan < best_plan || (plan == best_plan && t->served < best->served)) {
			best = t;
			best_plan = plan;
		}
	}
	return best;
}

/* Milliseconds until the next mail may go. A server that is down is tried with one mail at a time. */
static uint64_t wait_for_mail(struct worker const *w)
{
	uint64_t const now = clock_ms(), us = w->o->rate ? clock_us() : 0;
	uint64_t wait = w->o->rate && w->mail_at > us ? (w->mail_at - us + 999) / 1000 : 0;
	if (w->down_tries && w->down_until > now && w->down_until - now > wait)
		wait = w->down_until - now;
	for (size_t i = 0; w->down_tries && i < w->pool->n; i++)
		if (w->mail[i].state != TASK_FREE)
			return WAIT_MS;
	return wait;
}

static void choose_mails(struct worker *w)
{
	for (size_t i = 0; i < w->pool->n && !is_ending(w); i++) {
		struct task *t;
		if (w->mail[i].state != TASK_FREE || wait_for_mail(w) || !(t = next_task(w)))
			continue;
		t->served = ++w->turn;
		task_take(t, &w->mail[i]);
		if (w->o->rate) {
			uint64_t const now = clock_us();
			w->mail_at = (w->mail_at > now ? w->mail_at : now) + 1000000 / w->o->rate;
		}
	}
}

static void choose_duties(struct worker *w)
{
	uint64_t const now = clock_ms();
	for (size_t i = 0; i < w->tasks; i++) {
		struct task *t = w->task[i];
		t->duty = TASK_NOTHING;
		if (is_ending(w) && !t->is_leaving && !t->wants_pause)
			task_leave(t, WORKER_RELEASED);
		if (t->wants_pause && !t->is_leaving)
			t->duty = TASK_PAUSE;
		else if (t->is_leaving && (t->end == WORKER_RELEASED || t->end == WORKER_LOST) && !t->job->in_flight)
			t->duty = TASK_RELEASE;
		else if (!t->is_leaving && task_is_done(t))
			t->duty = TASK_FINISH;
		else if (now - t->renewed >= w->ledger->lease * 1000u / 3)
			t->duty = TASK_RENEW;
	}
}

/* --- After the commit -------------------------------------------------------------------- */

/* Writes the mail and gives it to the session. A send whose mails cannot be written is paused. */
static bool hand_over(struct worker *w, size_t i)
{
	struct task_mail *m = &w->mail[i];
	struct job *j = m->task->job;
	char date[DATE_RFC5322];
	w->scratch.len = w->envelope.len = 0;
	if (!job_date(date) || !job_envelope(&w->envelope, j, w->settings, &m->to.contact)
	    || !job_mail(&w->scratch, j, w->settings, date, m->to.address, m->to.len, &m->to.contact)) {
		m->state = TASK_SETTLING;
		m->result = (struct session_result){.outcome = SESSION_SENDER_REFUSED, .text = "out of memory, or its numbers are"
			" too large for an envelope sender"};
		return true;
	}
	if (!pool_give(w->pool, i, w->envelope.s, w->envelope.len, m->to.address, m->to.len, w->scratch.s, w->scratch.len))
		return worker_fail(w, "the processes of the sessions cannot be started");
	return true;
}

/* Notes the effects of the duty that was done. */
static void count_duty(struct worker *w, struct task *t)
{
	if (t->duty == TASK_RENEW && t->duty_done)
		t->renewed = clock_ms();
	else if (t->duty == TASK_RENEW && !t->is_leaving)
		task_leave(t, WORKER_LOST);
	else if (t->duty == TASK_FINISH && t->wants_reread)
		task_reread(t);
	else if (t->duty == TASK_FINISH)
		task_leave(t, !t->duty_done ? WORKER_LOST : t->is_postponed ? WORKER_POSTPONED : WORKER_SENT);
	else if (t->duty == TASK_PAUSE) {
		task_leave(t, WORKER_PAUSED);
		w->has_paused = true;
	}
}

static void end_tasks(struct worker *w)
{
	size_t kept = 0;
	for (size_t i = 0; i < w->tasks; i++) {
		struct task *t = w->task[i];
		bool const released = (t->end != WORKER_RELEASED && t->end != WORKER_LOST) || t->duty == TASK_RELEASE;
		if (!t->is_leaving || t->job->in_flight || !released) {
			w->task[kept++] = t;
			continue;
		}
		w->o->ended(t->job, &t->counts, t->end, t->end == WORKER_PAUSED ? t->reason : NULL);
		task_free(t);
	}
	w->tasks = kept;
}

static size_t count_state(struct worker const *w, enum task_mail_state state)
{
	size_t n = 0;
	for (size_t i = 0; i < w->pool->n; i++)
		n += w->mail[i].state == state;
	return n;
}

static bool has_state(struct worker const *w, enum task_mail_state state)
{
	return count_state(w, state) > 0;
}

/* Makes one transaction, if there is anything to write, and applies its effects. */
static bool take_turn(struct worker *w)
{
	bool wanted = has_state(w, TASK_SETTLING) || has_state(w, TASK_CHOSEN);
	for (size_t i = 0; i < w->tasks; i++)
		wanted = wanted || w->task[i]->duty != TASK_NOTHING;
	if (!wanted)
		return true;
	for (size_t i = 0; i < w->pool->n; i++)
		w->unsynced += w->mail[i].state == TASK_SETTLING;
	/* The last commit before a pause, and the last of each batch, are synced. */
	bool idle = !has_state(w, TASK_CHOSEN) && !has_state(w, TASK_IN_FLIGHT);
	bool synced = w->unsynced && (idle || w->unsynced >= SYNC_MAILS);
	if (!worker_transact(w, synced ? STORE_WRITE : STORE_UNSYNCED, write_turn))
		return false;
	if (synced)
		w->unsynced = 0;
	for (size_t i = 0; i < w->pool->n; i++) {
		struct task_mail *m = &w->mail[i];
		if (m->state != TASK_SETTLING && m->state != TASK_CHOSEN)
			continue;
		w->done += m->settled_as != NULL;
		task_count(m);
		if (m->state == TASK_IN_FLIGHT && !hand_over(w, i))
			return false;
	}
	for (size_t i = 0; i < w->tasks; i++)
		count_duty(w, w->task[i]);
	end_tasks(w);
	return true;
}

/* --- The loop ---------------------------------------------------------------------------- */

static bool wants_contacts(struct task const *t)
{
	return !t->is_leaving && !t->is_drained && t->job->next == t->job->count;
}

static enum store_result read_contacts(struct worker *w)
{
	enum store_result r = STORE_OK;
	for (size_t i = 0; r == STORE_OK && i < w->tasks; i++)
		if (wants_contacts(w->task[i]))
			r = ledger_read_contacts(w->ledger, w->task[i]->job, false);
	return r;
}

static bool refill(struct worker *w)
{
	bool wanted = false;
	for (size_t i = 0; i < w->tasks; i++)
		wanted = wanted || wants_contacts(w->task[i]);
	if (!wanted)
		return true;
	if (!worker_transact(w, STORE_READ, read_contacts))
		return false;
	for (size_t i = 0; i < w->tasks; i++)
		w->task[i]->is_drained = w->task[i]->is_drained || wants_contacts(w->task[i]);
	return true;
}

static void show_progress(struct worker *w)
{
	uint64_t const now = clock_ms();
	if (!w->o->progress || now < w->progress_at)
		return;
	w->o->progress(w->done, w->total);
	w->progress_at = now + PROGRESS_MS;
}

/* Does the task need a transaction now, before an outcome arrives? */
static bool wants_turn(struct worker const *w, struct task const *t)
{
	if (wants_contacts(t) || (t->wants_pause && !t->is_leaving))
		return true;
	return !t->job->in_flight && (t->is_leaving || is_ending(w) || task_is_done(t));
}

/* Waits for an outcome, a signal, or the time of the next action. */
static void wait_for_outcomes(struct worker *w, struct pollfd *poll)
{
	uint64_t ms = WAIT_MS;
	bool const free = has_state(w, TASK_FREE) && next_task(w) && !is_ending(w);
	if (has_state(w, TASK_SETTLING))
		ms = 0;
	else if (free && wait_for_mail(w) < ms)
		ms = wait_for_mail(w);
	for (size_t i = 0; i < w->tasks; i++)
		if (wants_turn(w, w->task[i]))
			ms = 0;
	/* The outcomes of a fast server share a transaction: without this nap scripts/bench send takes 10% more
	   processor time. */
	if (ms && count_state(w, TASK_IN_FLIGHT) > 1)
		(void)nanosleep(&(struct timespec){.tv_nsec = GATHER_NS}, NULL);
	pool_watch(w->pool, poll);
	if (wait_ready(poll, (nfds_t)w->pool->n, ms ? clock_ms() + ms : WAIT_LOOK, w->o->waiting) < 0)
		for (size_t i = 0; i < w->pool->n; i++)
			poll[i].revents = 0; /* a signal */
}

static bool loop(struct worker *w)
{
	struct pollfd poll[POOL_MAX];
	for (;;) {
		bool found = false;
		if (!is_ending(w) && !worker_claim(w, &found))
			return false;
		if (!refill(w))
			return false;
		choose_mails(w);
		choose_duties(w);
		if (!take_turn(w))
			return false;
		show_progress(w);
		if (!w->tasks && (is_ending(w) || (!w->o->follow && !found)))
			return true;
		wait_for_outcomes(w, poll);
		if (!read_outcomes(w, poll))
			return false;
	}
}

enum worker_result worker_run(struct ledger *l, struct pool *p, struct job_settings const *settings,
	struct worker_options const *options, bool *paused, char *reason)
{
	struct worker *w = calloc(1, sizeof *w);
	enum worker_result r = WORKER_FAILED;
	*paused = false;
	if (w && (w->mail = calloc(p->n, sizeof *w->mail))) {
		w->ledger = l;
		w->pool = p;
		w->settings = settings;
		w->o = options;
		w->reason = reason;
		r = !loop(w) ? WORKER_FAILED : w->has_given_up ? WORKER_SERVER_DOWN : WORKER_DONE;
		*paused = w->has_paused;
		while (w->tasks)
			task_free(w->task[--w->tasks]);
		buf_free(&w->scratch);
		buf_free(&w->envelope);
		free(w->mail);
	} else {
		snprintf(reason, STORE_REASON, "out of memory");
	}
	free(w);
	return r;
}
