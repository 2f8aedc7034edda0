/* Forgetting a person. Each DELETE returns its rows: the figures lose exactly the removed rows,
   even if saca-send and saca-count work meanwhile. */
#include "store/forget.h"

#include "base/buf.h"
#include "store/hours.h"
#include "store/mark.h"

#include <string.h>

#define TRIES 100 /* of a transaction that the engine wants repeated */

#define SOURCE "saca-list" /* figures.source of our rows */

static char const find_contact[] = "SELECT id FROM contact WHERE plan_id = $1 AND email = $2";
static char const remove_deliveries[] = "DELETE FROM delivery WHERE plan_id = $1 AND contact_id = $2"
	" RETURNING send_id, state, opens, machine_opens, clicks, opened_at, clicked_at";
static char const remove_clicks[] = "DELETE FROM click WHERE plan_id = $1 AND send_id = $2 AND contact_id = $3"
	" RETURNING number, count";
static char const has_left_by[] = "SELECT count(*) FROM unsubscription WHERE plan_id = $1 AND send_id = $2"
	" AND contact_id = $3 AND type IN (0, 30)";
static char const lower_totals[] = "UPDATE send SET contacts_total = contacts_total - 1 WHERE plan_id = $1"
	" AND contacts_total > 0 AND group_id IN (SELECT m.group_id FROM group_member m WHERE m.plan_id = $1"
	" AND m.contact_id = $2)";
static char const remove_members[] = "DELETE FROM group_member WHERE plan_id = $1 AND contact_id = $2";
static char const count_open[] = "SELECT count(*) FROM unsubscription WHERE plan_id = $1 AND contact_id = $2"
	" AND ended_at IS NULL";
static char const remove_unsubscriptions[] = "DELETE FROM unsubscription WHERE plan_id = $1 AND contact_id = $2"
	" RETURNING send_id, type";
static char const remove_contact[] = "DELETE FROM contact WHERE plan_id = $1 AND id = $2";
static char const mark_contact[] = "UPDATE contact SET email = $3 WHERE plan_id = $1 AND id = $2";
static char const mark_plan[] = "UPDATE plan SET has_forgotten = 1 WHERE id = $1 AND has_forgotten = 0";
static char const subtract_delivery[] =
	"INSERT INTO figures (plan_id, send_id, source, handed, bounced, refused, malformed, unsubscribed, suppressed, opened,"
	" opened_bounced, opened_unsubscribed, opens, machine_opens, clicked, clicks)"
	" VALUES ($1, $2, '" SOURCE "', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
	" ON CONFLICT (plan_id, send_id, source) DO UPDATE SET handed = figures.handed + excluded.handed,"
	" bounced = figures.bounced + excluded.bounced, refused = figures.refused + excluded.refused,"
	" malformed = figures.malformed + excluded.malformed, unsubscribed = figures.unsubscribed + excluded.unsubscribed,"
	" suppressed = figures.suppressed + excluded.suppressed, opened = figures.opened + excluded.opened,"
	" opened_bounced = figures.opened_bounced + excluded.opened_bounced,"
	" opened_unsubscribed = figures.opened_unsubscribed + excluded.opened_unsubscribed,"
	" opens = figures.opens + excluded.opens, machine_opens = figures.machine_opens + excluded.machine_opens,"
	" clicked = figures.clicked + excluded.clicked, clicks = figures.clicks + excluded.clicks";
static char const subtract_unsubscription[] =
	"INSERT INTO figures (plan_id, send_id, source, unsubscriptions) VALUES ($1, $2, '" SOURCE "', -1)"
	" ON CONFLICT (plan_id, send_id, source) DO UPDATE SET unsubscriptions = figures.unsubscriptions - 1";

/* --- Rows that were removed -------------------------------------------------------------- */

/* The states that figures counts, in the order of its columns. */
static char const *const states[] = {"handed", "bounced", "refused", "malformed", "unsubscribed", "suppressed"};

enum { STATES = sizeof states / sizeof *states };

struct delivery {
	uint64_t send, opens, machine_opens, clicks;
	int state; /* index of states; STATES: another state */
	char opened_at[DATE_ISO], clicked_at[DATE_ISO]; /* "": not */
};

struct clicks {
	uint64_t number, count; /* of a link */
};

/* Collects the rows of a DELETE, which must end before the next statement. */
struct rows {
	struct buf octets; /* of struct delivery, of struct clicks, or of the numbers of sends */
	bool no_memory;
};

static void keep_date(char out[DATE_ISO], char const *s, size_t n)
{
	if (s && date_is_iso(s, n))
		memcpy(out, s, n + 1);
}

static bool keep_delivery(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct rows *r = arg;
	struct delivery d = {.send = store_number_in(column, length, 0), .opens = store_number_in(column, length, 2),
		.machine_opens = store_number_in(column, length, 3), .clicks = store_number_in(column, length, 4)};
	(void)n;
	while (d.state < STATES && strcmp(column[1], states[d.state]) != 0)
		d.state++;
	keep_date(d.opened_at, column[5], length[5]);
	keep_date(d.clicked_at, column[6], length[6]);
	r->no_memory = r->no_memory || !buf_put(&r->octets, (char const *)&d, sizeof d);
	return true;
}

static bool keep_clicks(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct rows *r = arg;
	struct clicks c = {store_number_in(column, length, 0), store_number_in(column, length, 1)};
	(void)n;
	r->no_memory = r->no_memory || !buf_put(&r->octets, (char const *)&c, sizeof c);
	return true;
}

/* The sends of unsubscriptions that figures counts. */
static bool keep_unsubscription(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct rows *r = arg;
	uint64_t send = store_number_in(column, length, 0), type = store_number_in(column, length, 1);
	(void)n;
	if (send && (type == 0 || type == 30))
		r->no_memory = r->no_memory || !buf_put(&r->octets, (char const *)&send, sizeof send);
	return true;
}

static enum store_result check_memory(struct store *s, struct rows const *r)
{
	return r->no_memory ? store_fail(s, STORE_FAILED, "out of memory", (char *)NULL) : STORE_OK;
}

/* --- The contact ------------------------------------------------------------------------- */

/* The contact that is being forgotten. */
struct person {
	struct store *store;
	uint64_t plan, contact;
	struct forgotten *out;
};

static enum store_result run_for(struct person const *p, char const *sql, store_row *row, void *arg)
{
	return p->store->run(p->store, sql, STORE_VALUES(store_number(p->plan), store_number(p->contact)), row, arg);
}

/* The change of a figure: -1 if the row was counted, else 0. */
static struct store_value minus_if(bool counted)
{
	return store_integer(counted ? -1 : 0);
}

static enum store_result remove_all_clicks(struct person const *p, uint64_t send)
{
	struct store *s = p->store;
	struct rows rows = {.no_memory = false};
	struct clicks c;
	enum store_result r = s->run(s, remove_clicks, STORE_VALUES(store_number(p->plan), store_number(send),
		store_number(p->contact)), keep_clicks, &rows);
	if (r == STORE_OK)
		r = check_memory(s, &rows);
	for (size_t at = 0; r == STORE_OK && at < rows.octets.len; at += sizeof c) {
		memcpy(&c, rows.octets.s + at, sizeof c);
		r = hours_add_link(s, p->plan, send, c.number, -1, -(int64_t)c.count);
	}
	buf_free(&rows.octets);
	return r;
}

static enum store_result subtract_one(struct person const *p, struct delivery const *d)
{
	struct store *s = p->store;
	struct store_value const plan = store_number(p->plan), send = store_number(d->send), contact = store_number(p->contact);
	uint64_t left = 0;
	enum store_result r = remove_all_clicks(p, d->send);
	if (r == STORE_OK && *d->opened_at)
		r = hours_add(s, p->plan, d->send, d->opened_at, -1, 0);
	if (r == STORE_OK && *d->clicked_at)
		r = hours_add(s, p->plan, d->send, d->clicked_at, 0, -1);
	if (r == STORE_OK)
		r = store_read_number(s, has_left_by, STORE_VALUES(plan, send, contact), &left);
	if (r != STORE_OK)
		return r;
	return s->run(s, subtract_delivery, STORE_VALUES(plan, send, minus_if(d->state == 0), minus_if(d->state == 1),
		minus_if(d->state == 2), minus_if(d->state == 3), minus_if(d->state == 4), minus_if(d->state == 5), minus_if(d->opens > 0),
		minus_if(d->opens > 0 && d->state == 1), minus_if(d->opens > 0 && left), store_integer(-(int64_t)d->opens),
		store_integer(-(int64_t)d->machine_opens), minus_if(d->clicks > 0), store_integer(-(int64_t)d->clicks)), NULL, NULL);
}

static enum store_result remove_all_deliveries(struct person const *p)
{
	struct rows rows = {.no_memory = false};
	struct delivery d;
	enum store_result r = run_for(p, remove_deliveries, keep_delivery, &rows);
	if (r == STORE_OK)
		r = check_memory(p->store, &rows);
	for (size_t at = 0; r == STORE_OK && at < rows.octets.len; at += sizeof d) {
		memcpy(&d, rows.octets.s + at, sizeof d);
		r = subtract_one(p, &d);
		p->out->deliveries++;
	}
	buf_free(&rows.octets);
	return r;
}

static enum store_result remove_all_memberships(struct person const *p)
{
	enum store_result r = run_for(p, lower_totals, NULL, NULL);
	if (r == STORE_OK)
		r = run_for(p, remove_members, NULL, NULL);
	p->out->groups += p->store->changed;
	return r;
}

static enum store_result remove_row(struct person const *p)
{
	struct store *s = p->store;
	struct rows rows = {.no_memory = false};
	uint64_t send;
	enum store_result r = run_for(p, remove_unsubscriptions, keep_unsubscription, &rows);
	if (r == STORE_OK)
		r = check_memory(s, &rows);
	for (size_t at = 0; r == STORE_OK && at < rows.octets.len; at += sizeof send) {
		memcpy(&send, rows.octets.s + at, sizeof send);
		r = s->run(s, subtract_unsubscription, STORE_VALUES(store_number(p->plan), store_number(send)), NULL, NULL);
	}
	buf_free(&rows.octets);
	return r == STORE_OK ? run_for(p, remove_contact, NULL, NULL) : r;
}

static enum store_result mark_row(struct person const *p, char const *mark)
{
	struct store *s = p->store;
	enum store_result r = s->run(s, mark_contact, STORE_VALUES(store_number(p->plan), store_number(p->contact),
		store_string(mark)), NULL, NULL);
	p->out->is_marked = true;
	return r == STORE_OK ? s->run(s, mark_plan, STORE_VALUES(store_number(p->plan)), NULL, NULL) : r;
}

/* mark: replaces the address of an unsubscribed contact; NULL: removes the row all the same. */
static enum store_result forget_contact(struct person const *p, char const *mark)
{
	uint64_t open = 0;
	enum store_result r = remove_all_deliveries(p);
	if (r == STORE_OK)
		r = remove_all_memberships(p);
	if (r == STORE_OK && mark)
		r = store_read_number(p->store, count_open, STORE_VALUES(store_number(p->plan), store_number(p->contact)), &open);
	if (r != STORE_OK)
		return r;
	p->out->found = true;
	return open ? mark_row(p, mark) : remove_row(p);
}

/* Takes the plan's lock, so that no importer adds the address meanwhile. A plan can have both a
   contact and a mark of the same address, if the mark's unsubscription was ended. */
static enum store_result forget_in_plan(struct store *s, uint64_t plan, struct slice address, struct forgotten *out)
{
	char mark[MARK];
	struct person p = {.store = s, .plan = plan, .out = out}, marked = p;
	mark_of(mark, address);
	enum store_result r = s->lock_plan(s, plan);
	if (r == STORE_OK)
		r = store_read_number(s, find_contact, STORE_VALUES(store_number(plan), store_text(address)), &p.contact);
	if (r == STORE_OK)
		r = store_read_number(s, find_contact, STORE_VALUES(store_number(plan), store_string(mark)), &marked.contact);
	if (r == STORE_OK && marked.contact)
		r = forget_contact(&marked, p.contact ? NULL : mark);
	return r == STORE_OK && p.contact ? forget_contact(&p, mark) : r;
}

static enum store_result forget_once(struct store *s, char const *plan, struct slice address, struct forgotten *out)
{
	uint64_t id = 0;
	*out = (struct forgotten){.found = false};
	enum store_result r = s->begin(s, STORE_WRITE);
	if (r == STORE_OK)
		r = store_read_number(s, "SELECT id FROM plan WHERE name = $1", STORE_VALUES(store_string(plan)), &id);
	if (r == STORE_OK && id)
		r = forget_in_plan(s, id, address, out);
	if (r == STORE_OK)
		return s->commit(s);
	s->rollback(s);
	return r;
}

enum store_result store_forget(struct store *s, char const *plan, struct slice address, struct forgotten *out)
{
	enum store_result r = STORE_AGAIN;
	for (int i = 0; r == STORE_AGAIN && i < TRIES; i++)
		r = forget_once(s, plan, address, out);
	return r;
}
