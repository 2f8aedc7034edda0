/* Groups: the list, and the contacts of one. */
#include "web/csv.h"
#include "web/panel.h"

#include <stdio.h>
#include <string.h>

/* Members are counted in the list up to a limit: a list of large groups must open at once. */
#define COUNTED 10000
#define COUNT_MEMBERS " (SELECT count(*) FROM (SELECT 1 FROM group_member m WHERE m.plan_id = $1 AND m.group_id = g.id LIMIT 10001) AS members)"

static char const select_groups[] = "SELECT g.id, g.name, g.source, g.created_at," COUNT_MEMBERS
	" FROM contact_group g WHERE g.plan_id = $1";
static char const found_groups[] = " AND (lower(g.name) LIKE lower($2) ESCAPE '!' OR g.id = $3)";

enum column { ID, NAME, SOURCE, CREATED, MEMBERS };

static void print_group_head(struct page *p)
{
	page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\" class=\"n\">%w</th>"
		"</tr></thead><tbody>", TEXT_GROUP, TEXT_CREATED, TEXT_CONTACTS);
}

static void print_group(struct page *p, char const *const *column, size_t const *length)
{
	uint64_t id = store_number_in(column, length, ID), members = store_number_in(column, length, MEMBERS);
	page_print(p, "<tr><th scope=\"row\" class=\"name\">");
	panel_name(p, "/groups/", id, column[SOURCE], column[NAME]);
	page_print(p, "</th><td class=\"when\" data-label=\"%w\">%d</td><td class=\"n\" data-label=\"%w\">",
		TEXT_CREATED, column[CREATED], TEXT_CONTACTS);
	page_print(p, members > COUNTED ? "%w" : "", TEXT_MANY);
	page_print(p, "%u</td></tr>", members > COUNTED ? (uint64_t)COUNTED : members);
}

void panel_groups(struct page *p, uint64_t id)
{
	static struct panel_list const list = {
		.area = AREA_GROUPS, .path = "/groups", .title = TEXT_GROUPS, .label = TEXT_SEARCH_GROUPS,
		.empty = TEXT_NO_GROUPS, .empty_why = TEXT_NO_CONTACTS_WHY,
		.select = select_groups, .key = "g.id", .found = found_groups, .print_head = print_group_head, .print_row = print_group,
	};
	(void)id;
	panel_list(p, &list);
}

/* --- One group ---------------------------------------------------------------------------- */

static char const select_group[] = "SELECT g.id, g.name, g.source, g.created_at,"
	" (SELECT count(*) FROM group_member m WHERE m.plan_id = $1 AND m.group_id = $2)"
	" FROM contact_group g WHERE g.plan_id = $1 AND g.id = $2";

#define SELECT_MEMBERS "SELECT m.contact_id," \
	" (SELECT c.email FROM contact c WHERE c.plan_id = $1 AND c.id = m.contact_id)," \
	" (SELECT c.created_at FROM contact c WHERE c.plan_id = $1 AND c.id = m.contact_id)," \
	" (SELECT count(*) FROM unsubscription u WHERE u.plan_id = $1 AND u.contact_id = m.contact_id AND u.ended_at IS NULL)" \
	" FROM group_member m WHERE m.plan_id = $1 AND m.group_id = $2"
static char const select_members[] = SELECT_MEMBERS;
static char const all_members[] = SELECT_MEMBERS " ORDER BY m.contact_id";

static bool print_title(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	uint64_t id = store_number_in(column, length, ID);
	(void)n;
	p->rows = 1;
	page_start(p, "200 OK", AREA_GROUPS, column[NAME]);
	page_print(p, "<a class=\"back\" href=\"%p/groups\">← %w</a><div class=\"head\"><div><h1>", TEXT_BACK_GROUPS);
	panel_name(p, NULL, id, column[SOURCE], column[NAME]);
	page_print(p, "</h1><p class=\"soft\">%d · %w: %u</p></div><div class=\"acts\"><a class=\"button plain\" href=\"%p/groups/%i/contacts.csv\">"
		"%w</a></div></div><section class=\"card\">", column[CREATED], TEXT_CONTACTS, store_number_in(column, length, MEMBERS), id, TEXT_CSV);
	return false;
}

void panel_group(struct page *p, uint64_t id)
{
	char path[40];
	struct store_value const values[] = {store_number(p->plan), store_number(id)};
	struct paged const rows = {.path = path, .select = select_members, .key = "m.contact_id", .values = values, .n = 2,
		.print_head = panel_print_contacts_head, .print_row = panel_print_contact};
	snprintf(path, sizeof path, "/groups/%llu", (unsigned long long)id);
	page_run(p, select_group, STORE_VALUES(store_number(p->plan), store_number(id)), print_title, p);
	if (!p->rows)
		page_not_found(p);
	if (!paged_print(p, &rows))
		page_empty(p, TEXT_EMPTY_GROUP, TEXT_EMPTY_GROUP_WHY, NULL);
	page_print(p, "</section>");
	paged_links(p, &rows);
	page_end(p);
}

void panel_group_csv(struct page *p, uint64_t id)
{
	static char const *const names[] = {"id", "email", "created_at", "unsubscriptions"};
	page_require(p, "SELECT 1 FROM contact_group WHERE plan_id = $1 AND id = $2", id);
	csv_start(p, "group", id);
	csv_row(p, names, sizeof names / sizeof *names);
	if (strcmp(p->request.method, "HEAD"))
		page_run(p, all_members, STORE_VALUES(store_number(p->plan), store_number(id)), csv_store_row, p);
}
