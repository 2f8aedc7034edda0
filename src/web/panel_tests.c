/* Pruebas: the sends of a plan with sandbox=yes, and an inspection of each one. */
#include "web/panel.h"

#include "web/inspect.h"

#include <string.h>

static char const select_tests[] = "SELECT s.id, s.name, s.source, s.spooled_at, s.contacts_total FROM send s"
	" WHERE s.plan_id = $1 AND s.state = 'test'";
static char const found_tests[] = " AND (lower(s.name) LIKE lower($2) ESCAPE '!' OR lower(s.subject) LIKE lower($2) ESCAPE '!' OR s.id = $3)";

static void print_test_head(struct page *p)
{
	page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\" class=\"n\">%w</th>"
		"</tr></thead><tbody>", TEXT_SEND, TEXT_DATE, TEXT_CONTACTS);
}

static void print_test(struct page *p, char const *const *column, size_t const *length)
{
	page_print(p, "<tr><th scope=\"row\" class=\"name\">");
	panel_name(p, "/tests/", store_number_in(column, length, 0), column[2], column[1]);
	page_print(p, "</th><td class=\"when\" data-label=\"%w\">%d</td><td class=\"n\" data-label=\"%w\">%u</td></tr>",
		TEXT_DATE, column[3], TEXT_CONTACTS, store_number_in(column, length, 4));
}

void panel_tests(struct page *p, uint64_t id)
{
	static struct panel_list const list = {
		.area = AREA_TESTS, .path = "/tests", .title = TEXT_TESTS, .what = TEXT_TESTS_WHAT, .label = TEXT_SEARCH_SENDS,
		.empty = TEXT_NO_TESTS, .empty_why = TEXT_NO_TESTS_WHY,
		.select = select_tests, .key = "s.id", .found = found_tests, .print_head = print_test_head, .print_row = print_test,
	};
	(void)id;
	panel_list(p, &list);
}

/* --- One test ----------------------------------------------------------------------------- */

static char const select_test[] = "SELECT s.id, s.name, s.source, s.subject, s.spooled_at, s.contacts_total, s.piece_id,"
	" (SELECT a.address FROM sender a WHERE a.plan_id = $1 AND a.id = s.sender_id),"
	" (SELECT c.html FROM piece c WHERE c.plan_id = $1 AND c.id = s.piece_id),"
	" (SELECT c.text FROM piece c WHERE c.plan_id = $1 AND c.id = s.piece_id)"
	" FROM send s WHERE s.plan_id = $1 AND s.id = $2 AND s.state = 'test'";

enum column { ID, NAME, SOURCE, SUBJECT, SPOOLED, CONTACTS, PIECE, SENDER, HTML, TEXT };

static void print_verdict(struct page *p, enum web_text name, bool good, uint64_t number)
{
	page_print(p, "<dt>%w</dt><dd>%u <span class=\"tag %h\">%w</span></dd>", name, number, good ? "good" : "warn",
		good ? TEXT_GOOD : TEXT_LOOK);
}

static void print_strings(struct page *p, enum web_text title, char const *class, struct inspect_list const *l)
{
	if (!l->count)
		return;
	page_print(p, "<h3>%w</h3><ul class=\"%h\">", title, class);
	for (size_t at = 0; at < l->strings.len; at += strlen(l->strings.s + at) + 1)
		page_print(p, "<li class=\"url\"><bdi>%t</bdi></li>", l->strings.s + at);
	page_print(p, l->count > INSPECT_LISTED ? "<li>…</li></ul>" : "</ul>");
}

/* Prints the differences between the HTML and the text, as counts, then by name. */
static void print_differences(struct page *p, struct inspection const *i, bool by_name)
{
	struct {
		enum web_text name;
		char const *class;
		struct inspect_list const *list;
	} const all[] = {
		{TEXT_HTML_WORDS, "words", &i->html_words}, {TEXT_TEXT_WORDS, "words", &i->text_words},
		{TEXT_HTML_LINKS, "plainlist", &i->html_links}, {TEXT_TEXT_LINKS, "plainlist", &i->text_links},
	};
	for (size_t k = 0; k < sizeof all / sizeof *all; k++)
		if (by_name)
			print_strings(p, all[k].name, all[k].class, all[k].list);
		else
			print_verdict(p, all[k].name, !all[k].list->count, all[k].list->count);
}

static void print_inspection(struct page *p, char const *html, size_t n, char const *text, size_t tn)
{
	struct inspection i = {.images = 0};
	if (!inspect_piece(&i, html, n, text, tn))
		page_out_of_memory(p);
	page_print(p, "<section class=\"card\"><h2>%w</h2><dl class=\"facts\">", TEXT_INSPECTION);
	print_verdict(p, TEXT_SIZE, n <= INSPECT_CLIPPED, n);
	page_print(p, "<dt>%w</dt><dd>%u</dd>", TEXT_IMAGES, (uint64_t)i.images);
	print_verdict(p, TEXT_NO_ALT, !i.images_without_alt, i.images_without_alt);
	page_print(p, "<dt>%w</dt><dd>%u</dd>", TEXT_LINKS, (uint64_t)i.links.count);
	if (i.has_text)
		print_differences(p, &i, false);
	else
		page_print(p, "<dt>%w</dt><dd><span class=\"tag warn\">%w</span></dd>", TEXT_TEXT_MISSING, TEXT_LOOK);
	page_print(p, "</dl><p class=\"small soft\">%w</p>", TEXT_SIZE_WHY);
	print_differences(p, &i, true);
	print_strings(p, TEXT_LINKS, "plainlist", &i.links);
	page_print(p, "</section>");
	inspection_free(&i);
}

static void print_send_form(struct page *p, uint64_t id, uint64_t contacts)
{
	page_print(p, "<section class=\"card\"><h2>%w</h2><p>%w</p><form method=\"post\" action=\"%p/tests/%i/send\">%k"
		"<div class=\"field\"><label for=\"password\">%w</label><input id=\"password\" name=\"password\" type=\"password\""
		" autocomplete=\"current-password\" required></div><button>%w: %u</button></form></section>", TEXT_SEND_REAL, TEXT_SEND_REAL_WHY, id,
		TEXT_PASSWORD, TEXT_SEND_REAL_TO, contacts);
}

static bool print_page(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	uint64_t id = store_number_in(column, length, ID), number = form_number(&p->query, "number");
	(void)n;
	p->rows++;
	page_start(p, "200 OK", AREA_TESTS, *column[SUBJECT] ? column[SUBJECT] : page_word(p, TEXT_NO_SUBJECT));
	page_print(p, "<a class=\"back\" href=\"%p/tests\">← %w</a>", TEXT_BACK_TESTS);
	if (number)
		page_print(p, "<p class=\"note good\" role=\"status\">%w <a href=\"%p/sends/%i\">%i</a>. %w</p>", TEXT_SENT_REAL, number, number,
			TEXT_SENT_REAL_SOON);
	page_print(p, "<div class=\"head\"><div><h1>");
	panel_name(p, NULL, id, column[SOURCE], column[NAME]);
	page_print(p, "</h1><p class=\"soft\"><span class=\"tag warn\">%w</span> &nbsp;%d · <bdi>%t</bdi> · %w: %u</p></div><div class=\"acts\">"
		"<a class=\"button plain\" href=\"%p/sends/%i/people?section=all\">%w</a></div></div><div class=\"two\"><div>", TEXT_STATE_TEST,
		column[SPOOLED], column[SENDER], TEXT_CONTACTS, store_number_in(column, length, CONTACTS), id, TEXT_PEOPLE);
	print_inspection(p, column[HTML], length[HTML], column[TEXT], length[TEXT]);
	page_print(p, "</div><div><section class=\"card\"><h2>%w</h2><pre tabindex=\"0\" dir=\"auto\">", TEXT_PLAIN);
	response_text(&p->out, column[TEXT], length[TEXT]);
	page_print(p, "</pre></section>");
	if (p->settings.queue)
		print_send_form(p, id, store_number_in(column, length, CONTACTS));
	page_print(p, "</div></div>");
	panel_print_previews(p, store_number_in(column, length, PIECE));
	return false;
}

void panel_test(struct page *p, uint64_t id)
{
	page_run(p, select_test, STORE_VALUES(store_number(p->plan), store_number(id)), print_page, p);
	if (!p->rows)
		page_not_found(p);
	page_end(p);
}
