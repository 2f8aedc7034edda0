/* Counting a batch of hits. The hits of one delivery are added up first, so that each delivery
   is read and written once. The plan's lock keeps other hosts' saca-count out. */
#include "send/count.h"

#include "base/date.h"
#include "send/blame.h"
#include "send/hitlog.h"
#include "send/unsubscribe.h"
#include "store/hours.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	TRIES = 100,          /* of a transaction that the engine wants repeated */
	REPEATED_BOUNCES = 3, /* of the last LAST_SENDS, on different days: an automatic unsubscription */
	LAST_SENDS = 5,
	HOUR = 3600 /* seconds */
};

/* --- Statements ------------------------------------------------------------------------------ */

static char const read_delivery[] =
	"SELECT d.state, d.opens, d.clicks, s.track_opens, s.sender_id, EXISTS (SELECT 1 FROM unsubscription u"
	" WHERE u.plan_id = $1 AND u.send_id = $2 AND u.contact_id = $3 AND u.type IN (0, 30))"
	" FROM delivery d JOIN send s ON s.plan_id = d.plan_id AND s.id = d.send_id"
	" WHERE d.plan_id = $1 AND d.send_id = $2 AND d.contact_id = $3";
static char const write_opens[] =
	"UPDATE delivery SET opens = opens + $4, machine_opens = machine_opens + $5, clicks = clicks + $6,"
	" opened_at = coalesce(opened_at, $7), clicked_at = coalesce(clicked_at, $8)"
	" WHERE plan_id = $1 AND send_id = $2 AND contact_id = $3";
static char const write_bounce[] =
	"UPDATE delivery SET state = 'bounced', code = $4, reason = $5, at = $6"
	" WHERE plan_id = $1 AND send_id = $2 AND contact_id = $3 AND state = 'handed'";
static char const add_click[] =
	"INSERT INTO click (plan_id, send_id, contact_id, number, count, first_at) VALUES ($1, $2, $3, $4, $5, $6)"
	" ON CONFLICT (plan_id, send_id, contact_id, number) DO UPDATE SET count = click.count + excluded.count RETURNING count";
static char const read_last_sends[] =
	"SELECT state, at FROM delivery WHERE plan_id = $1 AND contact_id = $2 ORDER BY send_id DESC LIMIT 5";
static char const add_figures[] =
	"INSERT INTO figures (plan_id, send_id, source, handed, bounced, opened, opened_bounced, opened_unsubscribed,"
	" opens, machine_opens, clicked, clicks, unsubscriptions)"
	" VALUES ($1, $2, '" COUNT_SOURCE "', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
	" ON CONFLICT (plan_id, send_id, source) DO UPDATE SET handed = figures.handed + excluded.handed,"
	" bounced = figures.bounced + excluded.bounced, opened = figures.opened + excluded.opened,"
	" opened_bounced = figures.opened_bounced + excluded.opened_bounced,"
	" opened_unsubscribed = figures.opened_unsubscribed + excluded.opened_unsubscribed,"
	" opens = figures.opens + excluded.opens, machine_opens = figures.machine_opens + excluded.machine_opens,"
	" clicked = figures.clicked + excluded.clicked, clicks = figures.clicks + excluded.clicks,"
	" unsubscriptions = figures.unsubscriptions + excluded.unsubscriptions";

/* --- One delivery ------------------------------------------------------------------------------ */

/* A row of the table delivery, as the store has it. */
struct delivery {
	bool exists, is_handed, is_bounced; /* neither: the mail was not handed over */
	bool track_opens, has_unsubscribed;
	uint64_t opens, clicks, sender;
};

/* Changes of the send's figures. */
struct figures {
	int64_t handed, bounced, opened, opened_bounced, opened_unsubscribed, opens, machine_opens, clicked, clicks, unsubscriptions;
};

/* Contacts of a send that first opened or first clicked in one hour. A file of hits has the lines of an hour. */
struct hour {
	uint64_t hour; /* since 1970 */
	int64_t opened, clicked;
};

/* What a batch changes of a send beside its deliveries. */
struct totals {
	struct figures figures;
	struct hour hour;
	struct hours_link *link; /* one for each link of each delivery; room for one a line */
	size_t links;
};

/* The hits of one delivery in this batch. */
struct sum {
	uint64_t plan, send, contact;
	uint64_t opens, machine_opens, clicks;
	uint64_t opened_at, clicked_at; /* seconds; 0: no such hit */
	bool has_seen;                  /* a view or a click of a person */
	struct hit const *unsub, *bounce, *complaint;
};

static struct store_value time_value(char out[DATE_ISO], uint64_t seconds)
{
	struct tm tm;
	if (!seconds || !date_utc(&tm, (time_t)seconds))
		return store_null();
	return store_time((struct slice){out, date_iso(out, &tm)});
}

static bool is_text(char const *s, size_t n, char const *word)
{
	return s && n == strlen(word) && memcmp(s, word, n) == 0;
}

static bool is_true(char const *s, size_t n)
{
	return is_text(s, n, "1") || is_text(s, n, "t");
}

static bool keep_delivery(void *arg, size_t n, char const *const *column, size_t const *length)
{
	(void)n;
	*(struct delivery *)arg = (struct delivery){
		.exists = true,
		.is_handed = is_text(column[0], length[0], "handed"),
		.is_bounced = is_text(column[0], length[0], "bounced"),
		.opens = store_number_in(column, length, 1),
		.clicks = store_number_in(column, length, 2),
		.track_opens = is_true(column[3], length[3]),
		.sender = store_number_in(column, length, 4),
		.has_unsubscribed = is_true(column[5], length[5]),
	};
	return false;
}

static enum store_result write_counts(struct store *s, struct sum const *c, struct delivery *d, struct figures *f)
{
	char opened[DATE_ISO], clicked[DATE_ISO];
	uint64_t opens = c->opens;
	if (d->track_opens && !d->opens && !opens && c->has_seen)
		opens = 1;
	if (!d->track_opens)
		opens = 0;
	if (!opens && !c->machine_opens && !c->clicks)
		return STORE_OK;
	if (opens && !d->opens) {
		f->opened++;
		f->opened_bounced += d->is_bounced;
		f->opened_unsubscribed += d->has_unsubscribed;
	}
	f->opens += (int64_t)opens;
	f->machine_opens += (int64_t)c->machine_opens;
	f->clicks += (int64_t)c->clicks;
	f->clicked += c->clicks && !d->clicks;
	d->opens += opens;
	return s->run(s, write_opens, STORE_VALUES(store_number(c->plan), store_number(c->send), store_number(c->contact),
		store_number(opens), store_number(c->machine_opens), store_number(c->clicks),
		time_value(opened, opens ? c->opened_at : 0), time_value(clicked, c->clicks ? c->clicked_at : 0)), NULL, NULL);
}

static enum store_result add_unsubscription(struct store *s, struct sum const *c, struct delivery *d, struct figures *f,
	enum unsubscribe_type type, uint64_t seconds)
{
	char at[DATE_ISO];
	bool is_new;
	time_value(at, seconds);
	enum store_result r = unsubscribe_contact(s, c->plan, c->contact, d->sender, type, c->send, at, &is_new);
	if (r != STORE_OK || !is_new || type == UNSUBSCRIBE_BOUNCE)
		return r;
	f->unsubscriptions++;
	f->opened_unsubscribed += d->opens > 0 && !d->has_unsubscribed;
	d->has_unsubscribed = true;
	return r;
}

struct last_sends {
	size_t bounces;
	char day[LAST_SENDS][10]; /* of each bounce; all different */
};

static bool keep_bounce(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct last_sends *l = arg;
	(void)n;
	if (!is_text(column[0], length[0], "bounced") || length[1] < sizeof l->day[0])
		return true;
	for (size_t i = 0; i < l->bounces; i++)
		if (memcmp(l->day[i], column[1], sizeof l->day[0]) == 0)
			return true;
	memcpy(l->day[l->bounces++], column[1], sizeof l->day[0]);
	return true;
}

static enum store_result write_bounced(struct store *s, struct sum const *c, struct delivery *d, struct figures *f)
{
	struct hit const *h = c->bounce;
	char at[DATE_ISO];
	if (!d->is_handed)
		return STORE_OK;
	enum store_result r = s->run(s, write_bounce, STORE_VALUES(store_number(c->plan), store_number(c->send),
		store_number(c->contact), store_string(h->status), store_string(h->text), time_value(at, h->seconds)), NULL, NULL);
	if (r != STORE_OK)
		return r;
	d->is_handed = false;
	d->is_bounced = true;
	f->handed--;
	f->bounced++;
	f->opened_bounced += d->opens > 0;
	enum blame blame = blame_of(h->status, h->text);
	struct last_sends last = {.bounces = 0};
	if (blame == BLAME_UNCLEAR)
		r = s->run(s, read_last_sends, STORE_VALUES(store_number(c->plan), store_number(c->contact)), keep_bounce, &last);
	if (r == STORE_OK && (blame == BLAME_ADDRESS || last.bounces >= REPEATED_BOUNCES))
		r = add_unsubscription(s, c, d, f, UNSUBSCRIBE_BOUNCE, h->seconds);
	return r;
}

/* A missing delivery belongs to a contact that was forgotten. */
static enum store_result count_delivery(struct store *s, struct sum const *c, struct figures *f)
{
	struct delivery d = {.exists = false};
	enum store_result r = s->run(s, read_delivery, STORE_VALUES(store_number(c->plan), store_number(c->send),
		store_number(c->contact)), keep_delivery, &d);
	if (r == STORE_OK && (d.is_handed || d.is_bounced))
		r = write_counts(s, c, &d, f);
	if (r == STORE_OK && d.exists && c->bounce)
		r = write_bounced(s, c, &d, f);
	if (r == STORE_OK && d.exists && c->unsub)
		r = add_unsubscription(s, c, &d, f, UNSUBSCRIBE_MAIL, c->unsub->seconds);
	if (r == STORE_OK && d.exists && c->complaint)
		r = add_unsubscription(s, c, &d, f, UNSUBSCRIBE_COMPLAINT, c->complaint->seconds);
	return r;
}

/* --- The batch --------------------------------------------------------------------------------- */

/* By delivery, clicks by link, then by time. */
static int compare_lines(void const *a, void const *b)
{
	struct hit const *x = &(*(struct hitfile_line *const *)a)->hit, *y = &(*(struct hitfile_line *const *)b)->hit;
	uint64_t const p[] = {x->plan, x->send, x->contact, x->link, x->seconds}, q[] = {y->plan, y->send, y->contact, y->link, y->seconds};
	for (size_t i = 0; i < sizeof p / sizeof *p; i++)
		if (p[i] != q[i])
			return p[i] < q[i] ? -1 : 1;
	return 0;
}

static bool is_machine(struct hitfile_line const *l)
{
	return l->hit.class == HIT_MACHINE || l->is_burst;
}

static uint64_t earlier_of(uint64_t a, uint64_t b)
{
	return a && a < b ? a : b;
}

static void add_hit(struct sum *c, struct hitfile_line const *l)
{
	struct hit const *h = &l->hit;
	bool is_visit = h->kind == HIT_VIEW || h->kind == HIT_OPEN || h->kind == HIT_CLICK;
	if (is_visit && is_machine(l))
		c->machine_opens++;
	else if (is_visit) {
		c->opens += h->kind == HIT_OPEN;
		c->has_seen = true;
		c->opened_at = earlier_of(c->opened_at, h->seconds);
	}
	if (h->kind == HIT_CLICK && !is_machine(l)) {
		c->clicks++;
		c->clicked_at = earlier_of(c->clicked_at, h->seconds);
	}
	if (h->kind == HIT_UNSUB && !c->unsub)
		c->unsub = h;
	if (h->kind == HIT_BOUNCE && !c->bounce)
		c->bounce = h;
	if (h->kind == HIT_COMPLAINT && !c->complaint)
		c->complaint = h;
}

/* Adds the clicks line[0..n) of one delivery on one link, without those of machines, to the rows of
   the link. */
static enum store_result write_clicks(struct store *s, struct hitfile_line *const *line, size_t n, struct totals *t)
{
	struct hit const *first = NULL;
	uint64_t count = 0, sum = 0;
	char at[DATE_ISO];
	for (size_t i = 0; i < n; i++)
		if (line[i]->hit.kind == HIT_CLICK && !is_machine(line[i])) {
			first = first ? first : &line[i]->hit;
			count++;
		}
	if (!count)
		return STORE_OK;
	enum store_result r = store_read_number(s, add_click, STORE_VALUES(store_number(first->plan), store_number(first->send),
		store_number(first->contact), store_number(first->link), store_number(count), time_value(at, first->seconds)), &sum);
	t->link[t->links++] = (struct hours_link){first->link, sum == count, (int64_t)count};
	return r;
}

static bool is_same_delivery(struct hit const *a, struct hit const *b)
{
	return a->plan == b->plan && a->send == b->send && a->contact == b->contact;
}

/* Writes the hour, and empties it. */
static enum store_result write_hour(struct store *s, uint64_t plan, uint64_t send, struct hour *h)
{
	char date[DATE_ISO];
	struct hour full = *h;
	*h = (struct hour){.hour = 0};
	if (!full.opened && !full.clicked)
		return STORE_OK;
	time_value(date, full.hour * HOUR);
	return hours_add(s, plan, send, date, full.opened, full.clicked);
}

static enum store_result add_to_hour(struct store *s, struct sum const *c, struct hour *h, uint64_t seconds, bool opened, bool clicked)
{
	enum store_result r = h->hour == seconds / HOUR ? STORE_OK : write_hour(s, c->plan, c->send, h);
	h->hour = seconds / HOUR;
	h->opened += opened;
	h->clicked += clicked;
	return r;
}

/* The lines of one delivery. */
static enum store_result count_lines(struct store *s, struct hitfile_line *const *line, size_t n, struct totals *t)
{
	struct figures *f = &t->figures;
	struct hit const *h = &line[0]->hit;
	struct sum c = {.plan = h->plan, .send = h->send, .contact = h->contact};
	struct figures before = *f;
	for (size_t i = 0; i < n; i++)
		add_hit(&c, line[i]);
	enum store_result r = count_delivery(s, &c, f);
	bool counted = f->clicks > before.clicks; /* the delivery exists */
	if (r == STORE_OK && f->opened > before.opened)
		r = add_to_hour(s, &c, &t->hour, c.opened_at, true, false);
	if (r == STORE_OK && f->clicked > before.clicked)
		r = add_to_hour(s, &c, &t->hour, c.clicked_at, false, true);
	for (size_t i = 0, end; counted && r == STORE_OK && i < n; i = end) {
		for (end = i + 1; end < n && line[end]->hit.link == line[i]->hit.link; end++)
			;
		r = write_clicks(s, line + i, end - i, t);
	}
	return r;
}

static enum store_result write_figures(struct store *s, uint64_t plan, uint64_t send, struct figures const *f)
{
	static struct figures const none;
	if (memcmp(f, &none, sizeof none) == 0)
		return STORE_OK;
	return s->run(s, add_figures, STORE_VALUES(store_number(plan), store_number(send), store_integer(f->handed),
		store_integer(f->bounced), store_integer(f->opened), store_integer(f->opened_bounced), store_integer(f->opened_unsubscribed),
		store_integer(f->opens), store_integer(f->machine_opens), store_integer(f->clicked), store_integer(f->clicks),
		store_integer(f->unsubscriptions)), NULL, NULL);
}

/* Writes the totals of a send, and empties them. */
static enum store_result write_totals(struct store *s, uint64_t plan, uint64_t send, struct totals *t)
{
	enum store_result r = write_figures(s, plan, send, &t->figures);
	if (r == STORE_OK)
		r = write_hour(s, plan, send, &t->hour);
	if (r == STORE_OK)
		r = hours_add_links(s, plan, send, t->link, t->links);
	t->links = 0;
	t->figures = (struct figures){.opens = 0};
	return r;
}

/* Sorted lines: plan by plan, send by send, delivery by delivery. */
static enum store_result count_sorted(struct store *s, struct hitfile_line *const *line, size_t n, struct totals *t)
{
	enum store_result r = STORE_OK;
	for (size_t i = 0, end; r == STORE_OK && i < n; i = end) {
		struct hit const *h = &line[i]->hit;
		if (i == 0 || line[i - 1]->hit.plan != h->plan)
			r = s->lock_plan(s, h->plan);
		for (end = i + 1; end < n && is_same_delivery(h, &line[end]->hit); end++)
			;
		if (r == STORE_OK)
			r = count_lines(s, line + i, end - i, t);
		if (r == STORE_OK && (end == n || line[end]->hit.send != h->send || line[end]->hit.plan != h->plan))
			r = write_totals(s, h->plan, h->send, t);
	}
	return r;
}

static enum store_result try_batch(struct store *s, char const *name, struct hitfile_batch const *b, uint64_t read_to,
	struct hitfile_line *const *line, size_t n, struct hours_link *room)
{
	struct totals t = {.link = room};
	enum store_result r = s->begin(s, STORE_WRITE);
	if (r == STORE_OK)
		r = count_sorted(s, line, n, &t);
	if (r == STORE_OK)
		r = hitlog_write(s, name, b->inode, read_to);
	if (r == STORE_OK)
		r = s->commit(s);
	if (r != STORE_OK)
		s->rollback(s);
	return r;
}

enum store_result count_batch(struct store *s, char const *name, struct hitfile_batch *b, uint64_t read_to,
	struct count_summary *sum)
{
	size_t n = 0;
	struct hitfile_line **line = calloc(b->count + 1, sizeof *line);
	struct hours_link *room = calloc(b->count + 1, sizeof *room);
	if (!line || !room || !hitfile_mark_bursts(b)) {
		free(line);
		free(room);
		return store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	}
	for (size_t i = 0; i < b->count; i++)
		if (b->line[i].counts)
			line[n++] = &b->line[i];
	qsort(line, n, sizeof *line, compare_lines);
	enum store_result r = STORE_AGAIN;
	for (unsigned int i = 0; r == STORE_AGAIN && i < TRIES; i++)
		r = try_batch(s, name, b, read_to, line, n, room);
	for (size_t i = 0; r == STORE_OK && i < n; i++)
		sum->hits[line[i]->hit.kind]++;
	if (r == STORE_OK)
		sum->broken += b->broken;
	free(line);
	free(room);
	return r;
}
