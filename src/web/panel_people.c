/* The people of a section of a send: a list, and as CSV. */
#include "web/csv.h"
#include "web/panel.h"

#include "web/sections.h"

#include <stdio.h>
#include <string.h>

void panel_delivery_state(struct page *p, char const *state)
{
	static struct {
		char const *state, *class;
		enum web_text text;
	} const states[] = {
		{"handed", " good", TEXT_HANDED}, {"deferred", " warn", TEXT_DEFERRED}, {"refused", " bad", TEXT_REFUSED},
		{"bounced", " bad", TEXT_BOUNCED}, {"malformed", " bad", TEXT_MALFORMED}, {"unsubscribed", "", TEXT_LEFT},
		{"suppressed", "", TEXT_SUPPRESSED},
	};
	for (size_t i = 0; state && i < sizeof states / sizeof *states; i++)
		if (!strcmp(states[i].state, state)) {
			page_print(p, "<span class=\"tag%h\">%w</span>", states[i].class, states[i].text);
			return;
		}
	page_print(p, "<span class=\"tag\">%w</span>", TEXT_WAITING);
}

static void print_person_head(struct page *p)
{
	page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\" class=\"n\">%w</th>"
		"<th scope=\"col\" class=\"n\">%w</th><th scope=\"col\">%w</th></tr></thead><tbody>", TEXT_PERSON, TEXT_WHAT_BECAME, TEXT_OPENS,
		TEXT_CLICKS, TEXT_REASON);
}

static void print_person(struct page *p, char const *const *column, size_t const *length)
{
	page_print(p, "<tr><th scope=\"row\" class=\"name address\">");
	if (column[SECTION_EMAIL])
		page_print(p, "<a href=\"%p/contacts/%i\"><bdi>%t</bdi></a>", store_number_in(column, length, SECTION_CONTACT), column[SECTION_EMAIL]);
	else
		page_print(p, "–");
	page_print(p, "</th><td data-label=\"%w\">", TEXT_WHAT_BECAME);
	panel_delivery_state(p, column[SECTION_STATE]);
	page_print(p, "</td><td class=\"n\" data-label=\"%w\">%u</td><td class=\"n\" data-label=\"%w\">%u</td><td class=\"url small soft\">%t</td></tr>",
		TEXT_OPENS, store_number_in(column, length, SECTION_OPENS), TEXT_CLICKS, store_number_in(column, length, SECTION_CLICKS),
		column[SECTION_REASON]);
}

/* Finds the section of the query, and makes sure that the send is the plan's. */
static struct section const *find_section(struct page *p, uint64_t id)
{
	struct section const *s = section_find(page_text_field(p, "section"));
	page_require(p, "SELECT 1 FROM send WHERE plan_id = $1 AND id = $2", id);
	if (!s)
		page_not_found(p);
	return s;
}

static void print_sections(struct page *p, uint64_t id, struct section const *shown)
{
	page_print(p, "<form class=\"search\" action=\"%p/sends/%i/people\"><label class=\"hide\" for=\"section\">%w</label>"
		"<select id=\"section\" name=\"section\">", id, TEXT_PEOPLE);
	for (size_t i = 0; i < FIGURES; i++) {
		struct section const *s = section_of_figure((enum figure)i);
		if (s)
			page_print(p, "<option value=\"%h\"%h>%h%w</option>", section_name(s), s == shown ? " selected" : "",
				panel_figure_indent((enum figure)i), panel_figure_name((enum figure)i));
	}
	page_print(p, "</select><button class=\"plain\">%w</button></form>", TEXT_SHOW);
}

void panel_people(struct page *p, uint64_t id)
{
	struct section const *s = find_section(p, id);
	enum web_text name = panel_figure_name(section_figure(s));
	struct buf sql = BUF_ZERO;
	char path[60];
	if (!section_rows(&sql, s) || !buf_putc(&sql, 0))
		page_out_of_memory(p);
	struct store_value const values[] = {store_number(p->plan), store_number(id)};
	struct paged const rows = {.path = path, .name = "section", .value = section_name(s), .select = sql.s, .key = section_key(s),
		.values = values, .n = 2, .print_head = print_person_head, .print_row = print_person};
	snprintf(path, sizeof path, "/sends/%llu/people", (unsigned long long)id);
	page_start(p, "200 OK", AREA_SENDS, page_word(p, name));
	page_print(p, "<a class=\"back\" href=\"%p/sends/%i\">← %w</a><div class=\"head\"><div><h1>%w: %w</h1></div>", id, TEXT_BACK_SEND,
		TEXT_PEOPLE, name);
	print_sections(p, id, s);
	page_print(p, "<div class=\"acts\"><a class=\"button plain\" href=\"%p/sends/%i/people.csv?section=%h\">%w</a></div></div>"
		"<section class=\"card\">", id, section_name(s), TEXT_CSV);
	if (!paged_print(p, &rows))
		page_empty(p, TEXT_NO_PEOPLE, TEXT_NO_PEOPLE_WHY, NULL);
	page_print(p, "</section>");
	paged_links(p, &rows);
	page_end(p);
	buf_free(&sql);
}

void panel_people_csv(struct page *p, uint64_t id)
{
	static char const *const names[SECTION_COLUMNS] = {"id", "email", "state", "code", "reason", "opens", "opened_at", "clicks"};
	struct section const *s = find_section(p, id);
	struct buf sql = BUF_ZERO;
	csv_start(p, section_name(s), id);
	csv_row(p, names, SECTION_COLUMNS);
	if (strcmp(p->request.method, "HEAD")) {
		if (!section_select(&sql, s))
			page_out_of_memory(p);
		page_run(p, sql.s, STORE_VALUES(store_number(p->plan), store_number(id)), csv_store_row, p);
	}
	buf_free(&sql);
}
