/* One contact: its subscriptions, sends and groups. */
#include "web/panel.h"

#include "send/unsubscribe.h"

#include <stdio.h>
#include <string.h>

static struct page_done const done[] = {{"unsubscribe", "good", TEXT_DONE_UNSUBSCRIBE}, {"undo", "good", TEXT_DONE_UNDO},
	{"none", "warn", TEXT_NOTHING_DONE}, {.value = NULL}};

static void print_type(struct page *p, uint64_t type)
{
	page_print(p, "%w", type == UNSUBSCRIBE_USER ? TEXT_TYPE_USER : type == UNSUBSCRIBE_BOUNCE ? TEXT_TYPE_BOUNCE
		: type == UNSUBSCRIBE_COMPLAINT ? TEXT_TYPE_COMPLAINT : TEXT_TYPE_MAIL);
}

static bool print_title(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	(void)length;
	p->rows = 1;
	page_start(p, "200 OK", AREA_CONTACTS, column[0]);
	page_print(p, "<a class=\"back\" href=\"%p/contacts\">← %w</a>", TEXT_BACK_CONTACTS);
	page_done(p, done);
	page_print(p, "<div class=\"head\"><div><h1><bdi>%t</bdi></h1><p class=\"soft\">%w: %d</p></div></div>", column[0], TEXT_ADDED, column[1]);
	return false;
}

/* --- Subscriptions ------------------------------------------------------------------------ */

static char const select_subscriptions[] =
	"SELECT a.id, a.address, u.id, u.type, u.at FROM sender a LEFT JOIN unsubscription u ON u.plan_id = $1 AND u.contact_id = $2"
	" AND u.sender_id = a.id AND u.ended_at IS NULL WHERE a.plan_id = $1 ORDER BY a.address LIMIT 200";

struct subscriptions {
	struct page *page;
	uint64_t contact;
	bool is_suppressed; /* one is automatic, and holds for all senders */
};

static bool print_subscription(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct subscriptions *s = arg;
	struct page *p = s->page;
	uint64_t unsubscription = store_number_in(column, length, 2), type = store_number_in(column, length, 3);
	(void)n;
	page_print(p, "<tr><th scope=\"row\" class=\"name\"><bdi>%t</bdi></th><td class=\"state\" data-label=\"%w\">", column[1], TEXT_STATE);
	if (unsubscription) {
		page_print(p, "<span class=\"tag warn\">%w</span> <span class=\"small soft\">", TEXT_UNSUBSCRIBED_ONE);
		print_type(p, type);
		page_print(p, "</span></td><td class=\"when\" data-label=\"%w\">%d</td><td class=\"n state\"><form method=\"post\" action=\"%p/contacts/%i/undo\">"
			"%k<input type=\"hidden\" name=\"unsubscription\" value=\"%i\"><button class=\"plain\">%w</button></form></td></tr>", TEXT_SINCE,
			column[4], s->contact, unsubscription, TEXT_UNDO);
		s->is_suppressed = s->is_suppressed || type == UNSUBSCRIBE_BOUNCE;
	} else {
		page_print(p, "<span class=\"tag good\">%w</span></td><td class=\"when\"></td><td class=\"n state\">"
			"<form method=\"post\" action=\"%p/contacts/%i/unsubscribe\">%k<input type=\"hidden\" name=\"sender\" value=\"%i\">"
			"<button class=\"bad\">%w</button></form></td></tr>", TEXT_SUBSCRIBED, s->contact, store_number_in(column, length, 0), TEXT_UNSUBSCRIBE);
	}
	return true;
}

static bool print_past(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	if (!p->rows++)
		page_print(p, "<h3>%w</h3><table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\">%w</th>"
			"</tr></thead><tbody>", TEXT_PAST, TEXT_SENDER, TEXT_SINCE, TEXT_UNTIL);
	page_print(p, "<tr><th scope=\"row\" class=\"name\"><bdi>%t</bdi> <span class=\"small soft\">", column[0]);
	print_type(p, store_number_in(column, length, 1));
	page_print(p, "</span></th><td class=\"when\" data-label=\"%w\">%d</td><td class=\"when\" data-label=\"%w\">%d</td></tr>", TEXT_SINCE,
		column[2], TEXT_UNTIL, column[3]);
	return true;
}

static void print_subscriptions(struct page *p, uint64_t id)
{
	struct subscriptions s = {.page = p, .contact = id};
	page_print(p, "<section class=\"card\"><h2>%w</h2><table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th>"
		"<th scope=\"col\">%w</th><th><span class=\"hide\">%w</span></th></tr></thead><tbody>", TEXT_SUBSCRIPTIONS, TEXT_SENDER, TEXT_STATE,
		TEXT_SINCE, TEXT_UNSUBSCRIBE);
	page_run(p, select_subscriptions, STORE_VALUES(store_number(p->plan), store_number(id)), print_subscription, &s);
	page_print(p, "</tbody></table>");
	if (s.is_suppressed)
		page_print(p, "<p class=\"note warn\">%w</p>", TEXT_SUPPRESSED_WHY);
	p->rows = 0;
	page_run(p, "SELECT (SELECT a.address FROM sender a WHERE a.plan_id = $1 AND a.id = u.sender_id), u.type, u.at, u.ended_at"
		" FROM unsubscription u WHERE u.plan_id = $1 AND u.contact_id = $2 AND u.ended_at IS NOT NULL ORDER BY u.id DESC LIMIT 20",
		STORE_VALUES(store_number(p->plan), store_number(id)), print_past, p);
	page_print(p, p->rows ? "</tbody></table></section>" : "</section>");
}

/* --- Sends and groups --------------------------------------------------------------------- */

/* The inner SELECT has only columns of the contact's index: for others SQLite reads all deliveries of the plan. */
#define OF_SEND(column) " (SELECT s." column " FROM send s WHERE s.plan_id = $1 AND s.id = d.send_id)"
static char const select_sends[] = "SELECT d.send_id," OF_SEND("source") "," OF_SEND("name") ", d.state, d.at, d.opens, d.clicks"
	" FROM (SELECT send_id FROM delivery WHERE plan_id = $1 AND contact_id = $2 ORDER BY send_id DESC LIMIT 50) AS k"
	" JOIN delivery d ON d.plan_id = $1 AND d.send_id = k.send_id AND d.contact_id = $2 ORDER BY d.send_id DESC";

#define OF_GROUP(column) " (SELECT g." column " FROM contact_group g WHERE g.plan_id = $1 AND g.id = m.group_id)"
static char const select_groups[] = "SELECT m.group_id," OF_GROUP("source") "," OF_GROUP("name") "," OF_GROUP("created_at")
	" FROM group_member m WHERE m.plan_id = $1 AND m.contact_id = $2 ORDER BY m.group_id DESC LIMIT 50";

static bool print_send(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	if (!p->rows++)
		page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\">%w</th>"
			"<th scope=\"col\" class=\"n\">%w</th><th scope=\"col\" class=\"n\">%w</th></tr></thead><tbody>", TEXT_SEND, TEXT_WHAT_BECAME, TEXT_DATE,
			TEXT_OPENS, TEXT_CLICKS);
	page_print(p, "<tr><th scope=\"row\" class=\"name\">");
	panel_name(p, "/sends/", store_number_in(column, length, 0), column[1], column[2]);
	page_print(p, "</th><td data-label=\"%w\">", TEXT_WHAT_BECAME);
	panel_delivery_state(p, column[3]);
	page_print(p, "</td><td class=\"when\" data-label=\"%w\">%d</td><td class=\"n\" data-label=\"%w\">%u</td><td class=\"n\" data-label=\"%w\">%u</td></tr>",
		TEXT_DATE, column[4], TEXT_OPENS, store_number_in(column, length, 5), TEXT_CLICKS, store_number_in(column, length, 6));
	return true;
}

static bool print_group(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	if (!p->rows++)
		page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th></tr></thead><tbody>", TEXT_GROUP, TEXT_CREATED);
	page_print(p, "<tr><th scope=\"row\" class=\"name\">");
	panel_name(p, "/groups/", store_number_in(column, length, 0), column[1], column[2]);
	page_print(p, "</th><td class=\"when\" data-label=\"%w\">%d</td></tr>", TEXT_CREATED, column[3]);
	return true;
}

static void print_rows(struct page *p, uint64_t id, enum web_text title, char const *sql, store_row *row)
{
	p->rows = 0;
	page_print(p, "<section class=\"card\"><h2>%w</h2>", title);
	page_run(p, sql, STORE_VALUES(store_number(p->plan), store_number(id)), row, p);
	page_print(p, p->rows ? "</tbody></table></section>" : "<p class=\"soft\">%w</p></section>", TEXT_NO_SENDS_OF);
}

void panel_contact(struct page *p, uint64_t id)
{
	page_run(p, "SELECT c.email, c.created_at FROM contact c WHERE c.plan_id = $1 AND c.id = $2",
		STORE_VALUES(store_number(p->plan), store_number(id)), print_title, p);
	if (!p->rows)
		page_not_found(p);
	print_subscriptions(p, id);
	print_rows(p, id, TEXT_SENDS_OF, select_sends, print_send);
	print_rows(p, id, TEXT_GROUPS_OF, select_groups, print_group);
	page_end(p);
}

/* --- Actions ------------------------------------------------------------------------------ */

/* Locks the plan, and makes sure that the contact is its own. */
static void lock_contact(struct page *p, uint64_t id)
{
	if (!p->plan)
		page_not_found(p);
	if (p->store->lock_plan(p->store, p->plan) != STORE_OK)
		page_store_failed(p);
	page_require(p, "SELECT 1 FROM contact WHERE plan_id = $1 AND id = $2", id);
}

static void end_action(struct page *p, uint64_t id, bool changed, char const *result)
{
	char path[40];
	snprintf(path, sizeof path, "/contacts/%llu", (unsigned long long)id);
	page_redirect(p, path, changed ? result : "done=none");
}

void panel_unsubscribe(struct page *p, uint64_t id)
{
	uint64_t sender = form_number(&p->body, "sender");
	bool is_new;
	lock_contact(p, id);
	page_require(p, "SELECT 1 FROM sender WHERE plan_id = $1 AND id = $2", sender);
	if (unsubscribe_contact(p->store, p->plan, id, sender, UNSUBSCRIBE_USER, 0, p->now, &is_new) != STORE_OK)
		page_store_failed(p);
	end_action(p, id, is_new, "done=unsubscribe");
}

void panel_undo(struct page *p, uint64_t id)
{
	lock_contact(p, id);
	page_run(p, "UPDATE unsubscription SET ended_at = $4 WHERE plan_id = $1 AND id = $2 AND contact_id = $3 AND ended_at IS NULL",
		STORE_VALUES(store_number(p->plan), store_number(form_number(&p->body, "unsubscription")), store_number(id),
			store_time((struct slice){p->now, strlen(p->now)})), NULL, NULL);
	end_action(p, id, p->store->changed == 1, "done=undo");
}
