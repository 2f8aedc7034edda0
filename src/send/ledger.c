/* Claims: see ledger.h. */
#include "send/ledger.h"

#include "base/date.h"
#include "base/num.h"

#include <string.h>

#define NUMBER(v) store_number(v)
#define STRING(s) store_string(s)

/* A date, or NULL. */
static struct store_value date_or_null(char const *s)
{
	return s ? store_time((struct slice){s, strlen(s)}) : store_null();
}

static enum store_result write_row(struct ledger *l, char const *sql, size_t n, struct store_value const *values, bool *changed)
{
	enum store_result r = l->store->run(l->store, sql, n, values, NULL, NULL);
	if (changed)
		*changed = r == STORE_OK && l->store->changed > 0;
	return r;
}

static uint64_t read_number(char const *s, size_t n)
{
	uint64_t v = 0;
	num_scan(s, n, INT64_MAX, &v);
	return v;
}

enum store_result ledger_begin(struct ledger *l, enum store_mode mode)
{
	enum store_result r = l->store->begin(l->store, mode);
	return r == STORE_OK ? store_now(l->store, l->now) : r;
}

/* --- Finding work ------------------------------------------------------------------------ */

/* The most waiting sends that a search looks at. The others are found when these are done. */
#define SEARCH "20000"

static char const find_work[] =
	"SELECT plan_id, id, turn FROM (SELECT plan_id, id, next_at,"
	" row_number() OVER (PARTITION BY plan_id ORDER BY next_at IS NOT NULL, next_at, id) AS turn FROM"
	" (SELECT plan_id, id, next_at FROM send WHERE state IN ('new', 'sending') AND (next_at IS NULL OR next_at <= $1)"
	" AND (claimed_until IS NULL OR claimed_until < $1) LIMIT " SEARCH ") AS waiting) AS turns"
	" ORDER BY turn, next_at IS NOT NULL, next_at, id LIMIT $2";

struct search {
	struct ledger_send *out;
	size_t count;
};

static bool read_candidate(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct search *f = arg;
	(void)n;
	f->out[f->count++] = (struct ledger_send){read_number(column[0], length[0]), read_number(column[1], length[1]),
		read_number(column[2], length[2])};
	return true;
}

enum store_result ledger_find_work(struct ledger *l, struct ledger_send *out, size_t most, size_t *count)
{
	struct search f = {.out = out};
	enum store_result r = l->store->run(l->store, find_work, STORE_VALUES(date_or_null(l->now), NUMBER(most)), read_candidate, &f);
	*count = r == STORE_OK ? f.count : 0;
	return r;
}

/* --- Claims ------------------------------------------------------------------------------ */

enum store_result ledger_claim(struct ledger *l, struct ledger_send s, bool *claimed)
{
	char until[DATE_ISO];
	date_add(until, l->now, l->lease);
	return write_row(l, "UPDATE send SET state = 'sending', claimed_by = $3, claimed_until = $4, next_at = NULL,"
		" started_at = coalesce(started_at, $5) WHERE plan_id = $1 AND id = $2 AND state IN ('new', 'sending')"
		" AND (claimed_until IS NULL OR claimed_until < $5)",
		STORE_VALUES(NUMBER(s.plan), NUMBER(s.send), STRING(l->name), date_or_null(until), date_or_null(l->now)), claimed);
}

#define OURS " WHERE plan_id = $1 AND id = $2 AND state = 'sending' AND claimed_by = $3"

enum store_result ledger_renew(struct ledger *l, struct job const *j, bool *held)
{
	char until[DATE_ISO];
	date_add(until, l->now, l->lease);
	return write_row(l, "UPDATE send SET claimed_until = $4" OURS,
		STORE_VALUES(NUMBER(j->plan), NUMBER(j->send), STRING(l->name), date_or_null(until)), held);
}

enum store_result ledger_release(struct ledger *l, struct job const *j)
{
	return write_row(l, "UPDATE send SET claimed_by = NULL, claimed_until = NULL, next_at = $4 WHERE plan_id = $1 AND id = $2"
		" AND claimed_by = $3", STORE_VALUES(NUMBER(j->plan), NUMBER(j->send), STRING(l->name), date_or_null(l->now)), NULL);
}

enum store_result ledger_postpone(struct ledger *l, struct job const *j, bool *postponed)
{
	return write_row(l, "UPDATE send SET claimed_by = NULL, claimed_until = NULL, next_at = (SELECT min(d.next_at)"
		" FROM delivery d WHERE d.plan_id = $1 AND d.send_id = $2 AND d.state = 'deferred')" OURS
		" AND EXISTS (SELECT 1 FROM delivery d WHERE d.plan_id = $1 AND d.send_id = $2 AND d.state = 'deferred')",
		STORE_VALUES(NUMBER(j->plan), NUMBER(j->send), STRING(l->name)), postponed);
}

#define FINISH "UPDATE send SET state = 'sent', finished_at = $4, claimed_by = NULL, claimed_until = NULL" OURS
#define ADDS_UP " AND contacts_total <= (SELECT f.handed + f.refused + f.malformed + f.unsubscribed + f.suppressed" \
	" FROM figures f WHERE f.plan_id = $1 AND f.send_id = $2 AND f.source = 'saca-send')"

enum store_result ledger_finish(struct ledger *l, struct job const *j, bool checked, bool *finished)
{
	return write_row(l, checked ? FINISH ADDS_UP : FINISH,
		STORE_VALUES(NUMBER(j->plan), NUMBER(j->send), STRING(l->name), date_or_null(l->now)), finished);
}

enum store_result ledger_pause(struct ledger *l, uint64_t plan, uint64_t send, char const *reason)
{
	return write_row(l, "UPDATE send SET state = 'paused', reason = $4, claimed_by = NULL, claimed_until = NULL" OURS,
		STORE_VALUES(NUMBER(plan), NUMBER(send), STRING(l->name), STRING(reason)), NULL);
}

/* --- Reading contacts -------------------------------------------------------------------- */

/* The columns of the two statements: contact, address, and of its delivery state, tries, first_at. */
static char const select_deferred[] =
	"SELECT d.contact_id, (SELECT c.email FROM contact c WHERE c.plan_id = $1 AND c.id = d.contact_id),"
	" d.state, d.tries, d.first_at FROM delivery d WHERE d.plan_id = $1 AND d.send_id = $2 AND d.state = 'deferred'"
	" AND d.next_at <= $3 ORDER BY d.next_at LIMIT $4";

#define OF_DELIVERY(column) " (SELECT d." column " FROM delivery d WHERE d.plan_id = $1 AND d.send_id = $4" \
	" AND d.contact_id = m.contact_id)"

static char const select_members[] =
	"SELECT m.contact_id, (SELECT c.email FROM contact c WHERE c.plan_id = $1 AND c.id = m.contact_id),"
	OF_DELIVERY("state") "," OF_DELIVERY("tries") "," OF_DELIVERY("first_at")
	" FROM group_member m WHERE m.plan_id = $1 AND m.group_id = $2 AND m.contact_id > $3 ORDER BY m.contact_id LIMIT $5";

struct reading {
	struct job *job;
	bool every;
	size_t rows;
	bool failed;
};

/* Adds the contact of a row to the job. False: out of memory. */
static bool add_contact(struct reading *w, enum job_contact_origin origin, char const *const *column, size_t const *length)
{
	struct job *j = w->job;
	struct job_contact c = {.id = read_number(column[0], length[0]), .origin = origin};
	if (origin != JOB_NEW) {
		c.tries = column[3] ? read_number(column[3], length[3]) : 0;
		if (column[4] && length[4] < DATE_ISO)
			memcpy(c.first_at, column[4], length[4]);
	}
	c.address = j->addresses.len;
	c.address_len = column[1] ? length[1] : 0; /* a contact that was removed has none */
	w->failed = c.address_len && !buf_put(&j->addresses, column[1], c.address_len);
	if (!w->failed)
		j->contact[j->count++] = c;
	return !w->failed;
}

static bool read_deferred(void *arg, size_t n, char const *const *column, size_t const *length)
{
	(void)n;
	return add_contact(arg, JOB_DEFERRED, column, length);
}

/* Is a mail to the contact in flight in this process? */
static bool is_flying(struct job const *j, uint64_t contact)
{
	for (size_t i = 0; i < j->in_flight; i++)
		if (j->flying[i] == contact)
			return true;
	return false;
}

static bool read_member(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct reading *w = arg;
	char const *state = column[2];
	(void)n;
	w->rows++;
	w->job->cursor = read_number(column[0], length[0]);
	if (!state || w->every)
		return add_contact(w, JOB_NEW, column, length);
	bool const in_doubt = !strcmp(state, "begun") && !is_flying(w->job, w->job->cursor);
	return !in_doubt || add_contact(w, JOB_IN_DOUBT, column, length);
}

/* Reads members until there is a contact to mail, or no more members. */
static enum store_result read_members(struct ledger *l, struct reading *w)
{
	struct job *j = w->job;
	enum store_result r = STORE_OK;
	while (r == STORE_OK && !w->failed && !j->count && !j->all_read) {
		w->rows = 0;
		r = l->store->run(l->store, select_members, STORE_VALUES(NUMBER(j->plan), NUMBER(j->group), NUMBER(j->cursor),
			NUMBER(j->send), NUMBER(JOB_BATCH)), read_member, w);
		j->all_read = r == STORE_OK && w->rows < JOB_BATCH;
	}
	return r;
}

enum store_result ledger_read_contacts(struct ledger *l, struct job *j, bool every)
{
	struct reading w = {.job = j, .every = every};
	enum store_result r = STORE_OK;
	j->next = j->count = 0;
	j->addresses.len = 0;
	if (!every)
		r = l->store->run(l->store, select_deferred, STORE_VALUES(NUMBER(j->plan), NUMBER(j->send), date_or_null(l->now),
			NUMBER(JOB_BATCH)), read_deferred, &w);
	if (r == STORE_OK)
		r = read_members(l, &w);
	return r == STORE_OK && w.failed ? store_fail(l->store, STORE_FAILED, "out of memory", (char *)NULL) : r;
}

/* --- Deliveries -------------------------------------------------------------------------- */

/* Type 20 is a bounce: it counts for all senders of the plan. Types from 20 on are automatic. */
#define LEFT "u.plan_id = $1 AND u.contact_id = $2 AND u.ended_at IS NULL AND (u.sender_id = $3 OR u.type = 20)"

static bool read_consent(void *arg, size_t n, char const *const *column, size_t const *length)
{
	(void)n;
	if (column[0])
		*(enum ledger_consent *)arg = read_number(column[0], length[0]) >= 20 ? LEDGER_SUPPRESSED : LEDGER_UNSUBSCRIBED;
	return false;
}

enum store_result ledger_consent(struct ledger *l, struct job const *j, uint64_t contact, enum ledger_consent *consent)
{
	*consent = LEDGER_MAY;
	return l->store->run(l->store, "SELECT max(u.type) FROM unsubscription u WHERE " LEFT,
		STORE_VALUES(NUMBER(j->plan), NUMBER(contact), NUMBER(j->sender)), read_consent, consent);
}

/* A contact that was forgotten after it was read is no longer a member. If it has a delivery,
   that goes on. */
#define IS_MEMBER "(EXISTS (SELECT 1 FROM group_member m WHERE m.plan_id = $1 AND m.group_id = s.group_id" \
	" AND m.contact_id = $2) OR EXISTS (SELECT 1 FROM delivery d WHERE d.plan_id = $1 AND d.send_id = $4" \
	" AND d.contact_id = $2))"

enum store_result ledger_begin_delivery(struct ledger *l, struct job const *j, struct job_contact const *c, bool *begun)
{
	return write_row(l, "INSERT INTO delivery (plan_id, send_id, contact_id, state, tries, first_at, at)"
		" SELECT s.plan_id, s.id, CAST($2 AS bigint), 'begun', 1, $6, $6 FROM send s WHERE s.plan_id = $1 AND s.id = $4"
		" AND s.state = 'sending' AND s.claimed_by = $5 AND " IS_MEMBER
		" AND NOT EXISTS (SELECT 1 FROM unsubscription u WHERE " LEFT ")"
		" ON CONFLICT (plan_id, send_id, contact_id) DO UPDATE SET state = 'begun', tries = delivery.tries + 1,"
		" at = excluded.at, next_at = NULL WHERE delivery.state IN ('deferred', 'begun')",
		STORE_VALUES(NUMBER(j->plan), NUMBER(c->id), NUMBER(j->sender), NUMBER(j->send), STRING(l->name), date_or_null(l->now)), begun);
}

/* Writes the outcome of a mail even if its send was paused or cancelled. But if another worker
   has the claim, that worker decides what is in doubt. */
#define DELIVERY " WHERE plan_id = $1 AND send_id = $2 AND contact_id = $3 AND state = 'begun'" \
	" AND NOT EXISTS (SELECT 1 FROM send s WHERE s.plan_id = $1 AND s.id = $2 AND s.claimed_by <> $4)"
#define IDENTITY(l, j, c) NUMBER((j)->plan), NUMBER((j)->send), NUMBER((c)->id), STRING((l)->name)

enum store_result ledger_take_back(struct ledger *l, struct job const *j, struct job_contact const *c)
{
	if (c->origin == JOB_NEW)
		return write_row(l, "DELETE FROM delivery" DELIVERY, STORE_VALUES(IDENTITY(l, j, c)), NULL);
	if (c->origin == JOB_IN_DOUBT) /* stays `begun`: another process may have handed it over */
		return write_row(l, "UPDATE delivery SET tries = tries - 1" DELIVERY, STORE_VALUES(IDENTITY(l, j, c)), NULL);
	return write_row(l, "UPDATE delivery SET state = 'deferred', tries = tries - 1, next_at = $5" DELIVERY,
		STORE_VALUES(IDENTITY(l, j, c), date_or_null(l->now)), NULL);
}

static struct store_value text_or_null(char const *s)
{
	return s ? STRING(s) : store_null();
}

enum store_result ledger_settle(struct ledger *l, struct job const *j, struct job_contact const *c, char const *state,
	char const *code, char const *reason, char const *next_at, bool *changed)
{
	return write_row(l, "UPDATE delivery SET state = $5, code = $6, reason = $7, next_at = $8, at = $9" DELIVERY,
		STORE_VALUES(IDENTITY(l, j, c), STRING(state), text_or_null(code), text_or_null(reason), date_or_null(next_at),
			date_or_null(l->now)), changed);
}

enum store_result ledger_skip(struct ledger *l, struct job const *j, struct job_contact const *c, char const *state,
	bool *changed)
{
	return write_row(l, "INSERT INTO delivery (plan_id, send_id, contact_id, state, first_at, at) VALUES ($1, $2, $3, $4, $5, $5)"
		" ON CONFLICT (plan_id, send_id, contact_id) DO UPDATE SET state = excluded.state, at = excluded.at, next_at = NULL"
		" WHERE delivery.state IN ('deferred', 'begun')",
		STORE_VALUES(NUMBER(j->plan), NUMBER(j->send), NUMBER(c->id), STRING(state), date_or_null(l->now)), changed);
}

enum store_result ledger_add_figures(struct ledger *l, struct job const *j, struct ledger_figures const *f)
{
	if (!(f->handed || f->refused || f->malformed || f->unsubscribed || f->suppressed))
		return STORE_OK;
	return write_row(l, "INSERT INTO figures (plan_id, send_id, source, handed, refused, malformed, unsubscribed, suppressed)"
		" VALUES ($1, $2, 'saca-send', $3, $4, $5, $6, $7) ON CONFLICT (plan_id, send_id, source) DO UPDATE SET"
		" handed = figures.handed + excluded.handed, refused = figures.refused + excluded.refused,"
		" malformed = figures.malformed + excluded.malformed, unsubscribed = figures.unsubscribed + excluded.unsubscribed,"
		" suppressed = figures.suppressed + excluded.suppressed",
		STORE_VALUES(NUMBER(j->plan), NUMBER(j->send), NUMBER(f->handed), NUMBER(f->refused), NUMBER(f->malformed),
			NUMBER(f->unsubscribed), NUMBER(f->suppressed)), NULL);
}
