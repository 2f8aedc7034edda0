/* The list of contacts. */
#include "web/csv.h"
#include "web/panel.h"

#include <string.h>

#define SELECT_CONTACTS "SELECT c.id, c.email, c.created_at," \
	" (SELECT count(*) FROM unsubscription u WHERE u.plan_id = $1 AND u.contact_id = c.id AND u.ended_at IS NULL)" \
	" FROM contact c WHERE c.plan_id = $1"
#define BY_ADDRESS " AND c.email > $2 ORDER BY c.email LIMIT $3"

static char const all_contacts[] = SELECT_CONTACTS BY_ADDRESS;
static char const found_contacts[] = SELECT_CONTACTS " AND c.email LIKE lower($4) ESCAPE '!'" BY_ADDRESS;
static char const exact_contact[] = SELECT_CONTACTS " AND c.email = lower($2)";

enum column { ID, EMAIL, CREATED, LEFT };

static void print_row(struct page *p, char const *const *column, size_t const *length)
{
	if (p->rows == 1)
		page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\">%w</th>"
			"</tr></thead><tbody>", TEXT_PERSON, TEXT_STATE, TEXT_ADDED);
	page_print(p, "<tr><th scope=\"row\" class=\"name\">");
	if (column[EMAIL])
		page_print(p, "<a href=\"%p/contacts/%i\"><bdi>%t</bdi></a>", page_column(column, length, ID), column[EMAIL]);
	else
		page_print(p, "–");
	page_print(p, "</th><td class=\"state\" data-label=\"%w\"><span class=\"tag%h\">%w</span></td><td class=\"when\" data-label=\"%w\">%d</td></tr>", TEXT_STATE,
		page_column(column, length, LEFT) ? " warn" : " good", page_column(column, length, LEFT) ? TEXT_UNSUBSCRIBED_ONE : TEXT_SUBSCRIBED,
		TEXT_ADDED, column[CREATED]);
}

bool panel_print_contact(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	if (!page_row(p, column[ID]))
		return false;
	print_row(p, column, length);
	return true;
}

/* The next page of all contacts begins after an address. */
static bool print_by_address(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	if (!page_row(p, column[EMAIL]))
		return false;
	print_row(p, column, length);
	return true;
}

static void find_contacts(struct page *p, char const *search, char const *after)
{
	struct buf pattern = BUF_ZERO;
	page_run(p, exact_contact, STORE_VALUES(store_number(p->plan), store_string(search)), print_by_address, p);
	if (p->rows)
		return; /* the whole address: no other contact has to be looked at */
	page_pattern(p, &pattern, search);
	page_run(p, found_contacts, STORE_VALUES(store_number(p->plan), store_string(after), store_number(PAGE_ROWS + 1), store_string(pattern.s)),
		print_by_address, p);
	buf_free(&pattern);
}

void panel_contacts(struct page *p, uint64_t id)
{
	char const *search = page_text_field(p, "q"), *after = page_text_field(p, "after");
	(void)id;
	page_start(p, "200 OK", AREA_CONTACTS, page_word(p, TEXT_CONTACTS));
	page_print(p, "<div class=\"head\"><div><h1>%w</h1></div>", TEXT_CONTACTS);
	page_search(p, "/contacts", TEXT_SEARCH_CONTACTS, search);
	page_print(p, "<div class=\"acts\"><a class=\"button plain\" href=\"%p/contacts.csv\">%w</a></div></div><section class=\"card\">", TEXT_CSV);
	if (*search)
		find_contacts(p, search, after);
	else
		page_run(p, all_contacts, STORE_VALUES(store_number(p->plan), store_string(after), store_number(PAGE_ROWS + 1)), print_by_address, p);
	if (p->rows)
		page_print(p, "</tbody></table>");
	else
		page_empty(p, *search ? TEXT_NONE_FOUND : TEXT_NO_CONTACTS, *search ? TEXT_NONE_FOUND_WHY : TEXT_NO_CONTACTS_WHY);
	page_print(p, "</section>");
	page_paging(p, "/contacts", "after", "q", search, !*after);
	page_end(p);
}

static bool write_contact(void *arg, size_t n, char const *const *column, size_t const *length)
{
	(void)length;
	csv_row(arg, column, n);
	return true;
}

void panel_contacts_csv(struct page *p, uint64_t id)
{
	static char const *const names[] = {"id", "email", "created_at", "unsubscriptions"};
	csv_start(p, "contacts", id);
	csv_row(p, names, sizeof names / sizeof *names);
	if (strcmp(p->request.method, "HEAD"))
		page_run(p, all_contacts, STORE_VALUES(store_number(p->plan), store_string(""), store_number(INT64_MAX)), write_contact, p);
}
