/* The worker finds and claims sends. A plan with many sends does not delay the sends of other
   plans: the plan with the fewest claims comes first. If all claims are in use, sends give theirs
   up in turn. */
#include "send/worker_state.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	SEARCH_MS = 1000, /* between two searches */
	CLAIM_MS = 250,   /* claims that come together are published together, which takes one sync */
	TURN_MS = 3000    /* a send keeps its claim for at least this time */
};

static enum store_result find_candidates(struct worker *w)
{
	w->tried = 0;
	return ledger_find_work(w->ledger, w->candidate, WORKER_CANDIDATES, &w->candidates);
}

static size_t count_claims(struct worker const *w, uint64_t plan)
{
	size_t n = 0;
	for (size_t i = 0; i < w->tasks; i++)
		n += w->task[i]->job->plan == plan;
	return n;
}

/* Counts the sends of its plan that have a claim, or wait, before the candidate. */
static uint64_t count_before(struct worker const *w, struct ledger_send const *c)
{
	return c->turn - 1 + count_claims(w, c->plan);
}

/* Moves the candidate with the lowest count_before to candidate[tried]. */
static void pick_candidate(struct worker *w)
{
	size_t best = w->tried;
	uint64_t least = UINT64_MAX;
	for (size_t i = w->tried; i < w->candidates && least; i++) {
		uint64_t const before = count_before(w, &w->candidate[i]);
		if (before < least) {
			least = before;
			best = i;
		}
	}
	struct ledger_send const found = w->candidate[best];
	memmove(w->candidate + w->tried + 1, w->candidate + w->tried, (best - w->tried) * sizeof found);
	w->candidate[w->tried] = found;
}

static enum store_result load(struct worker *w, struct ledger_send const *c, struct job **out)
{
	struct ledger *l = w->ledger;
	enum store_result r = job_load(out, l->store, c->plan, c->send, w->settings);
	if (r == STORE_OK)
		r = job_put_links(*out, l->store);
	return r == STORE_OK ? ledger_read_contacts(l, *out, false) : r;
}

static enum store_result claim_one(struct worker *w, struct ledger_send const *c)
{
	bool claimed;
	struct job *j = NULL;
	struct task *t = NULL;
	enum store_result r = ledger_claim(w->ledger, *c, &claimed);
	if (r != STORE_OK || !claimed)
		return r;
	r = load(w, c, &j);
	if (r == STORE_OK && (t = task_new(j, w->pool->n, clock_ms()))) {
		w->task[w->tasks++] = t;
		return STORE_OK;
	}
	job_free(j);
	if (r == STORE_REFUSED && !j) {
		char why[STORE_REASON];
		memcpy(why, w->ledger->store->reason, sizeof why);
		w->has_paused = true;
		return ledger_pause(w->ledger, c->plan, c->send, why);
	}
	return r == STORE_OK ? store_fail(w->ledger->store, STORE_FAILED, "out of memory", (char *)NULL) : r;
}

static enum store_result claim_some(struct worker *w)
{
	enum store_result r = STORE_OK;
	while (w->tasks > w->tasks_before)
		task_free(w->task[--w->tasks]);
	w->tried = w->tried_before;
	while (r == STORE_OK && w->tasks < LEDGER_CLAIMS && w->tried < w->candidates) {
		pick_candidate(w);
		r = claim_one(w, &w->candidate[w->tried]);
		w->tried++;
	}
	return r;
}

/* Publishes sends: the first mail of a send waits for its published file. */
static bool publish(struct worker *w, struct task **task, size_t n)
{
	struct publish_file file[LEDGER_CLAIMS];
	size_t begun = 0;
	bool done = true;
	while (done && begun < n)
		done = job_publish(task[begun]->job, w->settings, &file[begun]), begun++;
	done = done && publish_commit(file, n);
	int const e = errno;
	for (size_t i = 0; i < begun; i++)
		publish_end(&file[i]);
	for (size_t i = 0; i < n; i++) {
		job_forget_template(task[i]->job);
		w->total += task[i]->job->total;
	}
	if (!done) {
		char why[STORE_REASON];
		snprintf(why, sizeof why, "unable to publish sends: %s", strerror(e));
		worker_fail(w, why);
	}
	return done;
}

/* If all claims are in use and sends of other plans wait, makes a task leave. */
static void make_room(struct worker *w)
{
	uint64_t const now = clock_ms();
	uint64_t least = UINT64_MAX;
	struct task *longest = NULL;
	size_t most = 0;
	if (w->tasks < LEDGER_CLAIMS)
		return;
	for (size_t i = w->tried; i < w->candidates; i++)
		if (count_before(w, &w->candidate[i]) < least)
			least = count_before(w, &w->candidate[i]);
	for (size_t i = 0; i < w->tasks; i++) {
		struct task *t = w->task[i];
		size_t const claims = count_claims(w, t->job->plan);
		if (t->is_leaving)
			return; /* a task is leaving already */
		if (claims < most || (longest && claims == most && t->since >= longest->since))
			continue;
		most = claims;
		longest = t;
	}
	/* If two plans have equally many claims, they take turns. */
	if (longest && least < most && (least + 1 < most || now - longest->since >= TURN_MS))
		task_leave(longest, WORKER_RELEASED);
}

bool worker_claim(struct worker *w, bool *found)
{
	uint64_t const now = clock_ms();
	bool const is_used_up = w->tried == w->candidates && w->candidates;
	if (now >= w->search_at || (is_used_up && w->tasks < LEDGER_CLAIMS)) {
		if (!worker_transact(w, STORE_READ, find_candidates))
			return false;
		w->search_at = now + SEARCH_MS;
		make_room(w);
	}
	*found = w->tried < w->candidates;
	if (!*found || w->tasks == LEDGER_CLAIMS || (now < w->claim_at && w->tasks > LEDGER_CLAIMS / 2))
		return true;
	w->tasks_before = w->tasks;
	w->tried_before = w->tried;
	/* Unsynced: a claim that a power cut takes back has sent nothing. */
	if (!worker_transact(w, STORE_UNSYNCED, claim_some))
		return false;
	w->claim_at = now + CLAIM_MS;
	return publish(w, w->task + w->tasks_before, w->tasks - w->tasks_before);
}
