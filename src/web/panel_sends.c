/* The list of sends. */
#include "web/panel.h"

#include <string.h>

#define SMTP_MARK "[SMTP] "
#define LONG_NAME 200 /* octets; a longer heading is cut */

#define FIGURE(column) " (SELECT coalesce(sum(f." column "), 0) FROM figures f WHERE f.plan_id = $1 AND f.send_id = s.id)"

static char const select_sends[] = "SELECT s.id, s.name, s.source, s.state, s.spooled_at, s.contacts_total,"
	FIGURE("handed") "," FIGURE("bounced") ","
	FIGURE("refused + f.malformed + f.unsubscribed + f.suppressed") "," FIGURE("opened") "," FIGURE("clicked") ","
	FIGURE("unsubscriptions") " FROM send s WHERE s.plan_id = $1 AND s.state <> 'test'";
static char const found_sends[] = " AND (lower(s.name) LIKE lower($2) ESCAPE '!' OR lower(s.subject) LIKE lower($2) ESCAPE '!'"
	" OR s.id = $3)";

enum column { ID, NAME, SOURCE, STATE, SPOOLED, CONTACTS, HANDED, BOUNCED, UNSENT, OPENED, CLICKED, LEFT };

void panel_state(struct page *p, char const *state)
{
	static struct {
		char const *state, *class;
		enum web_text text;
	} const states[] = {
		{"new", "busy", TEXT_STATE_NEW}, {"test", "warn", TEXT_STATE_TEST}, {"sending", "busy", TEXT_STATE_SENDING},
		{"paused", "warn", TEXT_STATE_PAUSED}, {"sent", "good", TEXT_STATE_SENT}, {"cancelled", "bad", TEXT_STATE_CANCELLED},
	};
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (!strcmp(states[i].state, state)) {
			page_print(p, "<span class=\"tag %h\">%w</span>", states[i].class, states[i].text);
			return;
		}
	page_print(p, "<span class=\"tag\">%t</span>", state);
}

void panel_name(struct page *p, char const *href, uint64_t id, char const *source, char const *name)
{
	bool smtp = !strcmp(source, "smtp");
	if (smtp && !strncmp(name, SMTP_MARK, sizeof SMTP_MARK - 1))
		name += sizeof SMTP_MARK - 1;
	if (href)
		page_print(p, "<a href=\"%p%h%i\">", href, id);
	name = *name ? name : page_word(p, TEXT_NO_SUBJECT);
	if (!href && strlen(name) > LONG_NAME)
		page_print(p, "<bdi class=\"most\" title=\"%t\">%t</bdi>", name, name);
	else
		page_print(p, "<bdi>%t</bdi>", name);
	if (href)
		page_print(p, "</a><span class=\"small soft\">%i", id);
	if (smtp)
		page_print(p, " <span class=\"tag\">SMTP</span>");
	page_print(p, href ? "</span>" : "");
}

static void print_send_head(struct page *p)
{
	page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\">%w</th>"
		"<th scope=\"col\" class=\"n\">%w</th><th scope=\"col\" class=\"n\">%w</th><th scope=\"col\" class=\"n\">%w</th>"
		"<th scope=\"col\" class=\"n\">%w</th><th scope=\"col\" class=\"n\">%w</th></tr></thead><tbody>", TEXT_SEND, TEXT_STATE,
		TEXT_DATE, TEXT_CONTACTS, TEXT_DELIVERED, TEXT_OPENED, TEXT_CLICKED, TEXT_UNSUBSCRIBED);
}

static void print_send(struct page *p, char const *const *column, size_t const *length)
{
	uint64_t id = store_number_in(column, length, ID), contacts = store_number_in(column, length, CONTACTS);
	uint64_t handed = store_number_in(column, length, HANDED), sent = handed + store_number_in(column, length, BOUNCED);
	page_print(p, "<tr><th scope=\"row\" class=\"name\">");
	panel_name(p, "/sends/", id, column[SOURCE], column[NAME]);
	page_print(p, "</th><td data-label=\"%w\"><div>", TEXT_STATE);
	panel_state(p, column[STATE]);
	if (!strcmp(column[STATE], "sending"))
		page_bar(p, sent + store_number_in(column, length, UNSENT), contacts, " sending");
	page_print(p, "</div></td><td class=\"when\" data-label=\"%w\">%d</td><td class=\"n\" data-label=\"%w\">%u</td>"
		"<td class=\"n\" data-label=\"%w\">%u</td><td class=\"n\" data-label=\"%w\">", TEXT_DATE, column[SPOOLED], TEXT_CONTACTS,
		contacts, TEXT_DELIVERED, handed, TEXT_OPENED);
	page_percent(p, store_number_in(column, length, OPENED), sent);
	page_print(p, "</td><td class=\"n\" data-label=\"%w\">", TEXT_CLICKED);
	page_percent(p, store_number_in(column, length, CLICKED), sent);
	page_print(p, "</td><td class=\"n\" data-label=\"%w\">%u</td></tr>", TEXT_UNSUBSCRIBED, store_number_in(column, length, LEFT));
}

void panel_sends(struct page *p, uint64_t id)
{
	static struct panel_list const list = {
		.area = AREA_SENDS, .path = "/", .title = TEXT_SENDS, .label = TEXT_SEARCH_SENDS,
		.empty = TEXT_NO_SENDS, .empty_why = TEXT_NO_SENDS_WHY,
		.select = select_sends, .key = "s.id", .found = found_sends, .print_head = print_send_head, .print_row = print_send,
	};
	(void)id;
	panel_list(p, &list);
}
