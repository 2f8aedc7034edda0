/* The list of contacts. */
#include "web/csv.h"
#include "web/panel.h"

#include <string.h>

#define SELECT_CONTACTS "SELECT c.id, c.email, c.created_at," \
	" (SELECT count(*) FROM unsubscription u WHERE u.plan_id = $1 AND u.contact_id = c.id AND u.ended_at IS NULL)" \
	" FROM contact c WHERE c.plan_id = $1"

static char const select_contacts[] = SELECT_CONTACTS;
static char const found_contacts[] = " AND c.email LIKE lower($2) ESCAPE '!'";
static char const exact_contact[] = SELECT_CONTACTS " AND c.email = lower($2)";
static char const all_contacts[] = SELECT_CONTACTS " ORDER BY c.email";

enum column { ID, EMAIL, CREATED, LEFT };

void panel_print_contacts_head(struct page *p)
{
	page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\">%w</th>"
		"</tr></thead><tbody>", TEXT_PERSON, TEXT_STATE, TEXT_ADDED);
}

void panel_print_contact(struct page *p, char const *const *column, size_t const *length)
{
	page_print(p, "<tr><th scope=\"row\" class=\"name address\">");
	if (column[EMAIL])
		page_print(p, "<a href=\"%p/contacts/%i\"><bdi>%t</bdi></a>", store_number_in(column, length, ID), column[EMAIL]);
	else
		page_print(p, "–");
	page_print(p, "</th><td data-label=\"%w\"><span class=\"tag%h\">%w</span></td><td class=\"when\" data-label=\"%w\">%d</td></tr>", TEXT_STATE,
		store_number_in(column, length, LEFT) ? " warn" : " good", store_number_in(column, length, LEFT) ? TEXT_UNSUBSCRIBED_ONE : TEXT_SUBSCRIBED,
		TEXT_ADDED, column[CREATED]);
}

static bool print_exact(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	panel_print_contacts_head(p);
	panel_print_contact(p, column, length);
	page_print(p, "</tbody></table>");
	p->rows = 1;
	return false;
}

/* If the search is a whole address, finds and prints its contact. True: the contact was found. */
static bool find_exact(struct page *p, char const *search)
{
	if (*search)
		page_run(p, exact_contact, STORE_VALUES(store_number(p->plan), store_string(search)), print_exact, p);
	return p->rows > 0;
}

void panel_contacts(struct page *p, uint64_t id)
{
	char const *search = page_text_field(p, "q");
	struct buf pattern = BUF_ZERO;
	page_pattern(p, &pattern, search);
	struct store_value const values[] = {store_number(p->plan), store_string(pattern.s)};
	struct paged const rows = {.path = "/contacts", .name = "q", .value = search, .select = select_contacts,
		.more = *search ? found_contacts : NULL, .key = "c.email", .is_text = true, .values = values, .n = *search ? 2 : 1,
		.print_head = panel_print_contacts_head, .print_row = panel_print_contact};
	(void)id;
	page_start(p, "200 OK", AREA_CONTACTS, page_word(p, TEXT_CONTACTS));
	page_print(p, "<div class=\"head\"><div><h1>%w</h1></div>", TEXT_CONTACTS);
	page_search(p, "/contacts", TEXT_SEARCH_CONTACTS, search);
	page_print(p, "<div class=\"acts\"><a class=\"button plain\" href=\"%p/contacts.csv\">%w</a></div></div><section class=\"card\">", TEXT_CSV);
	if (!find_exact(p, search) && !paged_print(p, &rows))
		page_empty(p, *search ? TEXT_NONE_FOUND : TEXT_NO_CONTACTS, *search ? TEXT_NONE_FOUND_WHY : TEXT_NO_CONTACTS_WHY,
			*search ? "/contacts" : NULL);
	page_print(p, "</section>");
	paged_links(p, &rows);
	page_end(p);
	buf_free(&pattern);
}

void panel_contacts_csv(struct page *p, uint64_t id)
{
	static char const *const names[] = {"id", "email", "created_at", "unsubscriptions"};
	csv_start(p, "contacts", id);
	csv_row(p, names, sizeof names / sizeof *names);
	if (strcmp(p->request.method, "HEAD"))
		page_run(p, all_contacts, STORE_VALUES(store_number(p->plan)), csv_store_row, p);
}
