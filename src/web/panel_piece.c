/* Pieces: the list, and one with its preview, text, source, images and sends. */
#include "web/panel.h"

#include <string.h>

/* For untrusted HTML: no script, form or frame, and no access to the page around it. It loads no
   style sheets and fonts of other hosts, as most mail programs do not. */
#define HTML_POLICY "sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src data:; " \
	"form-action 'none'; frame-ancestors 'self'"

static bool print_html(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	p->rows++;
	response_put(&p->out, column[0], length[0]);
	return false;
}

void panel_piece_html(struct page *p, uint64_t id)
{
	response_start(&p->out, "200 OK", "text/html; charset=utf-8");
	response_field(&p->out, "Content-Security-Policy", HTML_POLICY);
	response_field(&p->out, "Referrer-Policy", "no-referrer");
	page_run(p, "SELECT html FROM piece WHERE plan_id = $1 AND id = $2", STORE_VALUES(store_number(p->plan), store_number(id)),
		print_html, p);
	if (!p->rows)
		page_not_found(p);
}

/* --- The list ----------------------------------------------------------------------------- */

static char const select_pieces[] = "SELECT c.id, c.name, c.source, c.created_at,"
	" (SELECT count(*) FROM piece_image m WHERE m.plan_id = $1 AND m.piece_id = c.id) FROM piece c WHERE c.plan_id = $1";
static char const found_pieces[] = " AND (lower(c.name) LIKE lower($2) ESCAPE '!' OR c.id = $3)";

static void print_piece_head(struct page *p)
{
	page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\" class=\"n\">%w</th>"
		"</tr></thead><tbody>", TEXT_PIECE, TEXT_CREATED, TEXT_IMAGES);
}

static void print_piece(struct page *p, char const *const *column, size_t const *length)
{
	enum column { ID, NAME, SOURCE, CREATED, IMAGES };
	uint64_t id = store_number_in(column, length, ID);
	page_print(p, "<tr><th scope=\"row\" class=\"name\">");
	panel_name(p, "/pieces/", id, column[SOURCE], column[NAME]);
	page_print(p, "</th><td class=\"when\" data-label=\"%w\">%d</td><td class=\"n\" data-label=\"%w\">%u</td></tr>",
		TEXT_CREATED, column[CREATED], TEXT_IMAGES, store_number_in(column, length, IMAGES));
}

void panel_pieces(struct page *p, uint64_t id)
{
	static struct panel_list const list = {
		.area = AREA_PIECES, .path = "/pieces", .title = TEXT_PIECES, .label = TEXT_SEARCH_GROUPS,
		.empty = TEXT_NO_PIECES, .empty_why = TEXT_NO_PIECES_WHY,
		.select = select_pieces, .key = "c.id", .found = found_pieces, .print_head = print_piece_head, .print_row = print_piece,
	};
	(void)id;
	panel_list(p, &list);
}

/* --- One piece ---------------------------------------------------------------------------- */

void panel_print_previews(struct page *p, uint64_t piece)
{
	page_print(p, "<section class=\"card\"><h2>%w</h2><iframe class=\"frame\" sandbox title=\"%w\" src=\"%p/pieces/%i/html\"></iframe></section>",
		TEXT_ON_DESKTOP, TEXT_ON_DESKTOP, piece);
	page_print(p, "<section class=\"card\"><h2>%w</h2><iframe class=\"frame phone\" sandbox title=\"%w\" src=\"%p/pieces/%i/html\"></iframe></section>",
		TEXT_ON_PHONE, TEXT_ON_PHONE, piece);
}

static bool print_content(void *arg, size_t n, char const *const *column, size_t const *length)
{
	enum column { ID, NAME, SOURCE, CREATED, HTML, TEXT };
	struct page *p = arg;
	(void)n;
	p->rows++;
	page_start(p, "200 OK", AREA_PIECES, column[NAME]);
	page_print(p, "<a class=\"back\" href=\"%p/pieces\">← %w</a><div class=\"head\"><div><h1>", TEXT_BACK_PIECES);
	panel_name(p, NULL, 0, column[SOURCE], column[NAME]);
	page_print(p, "</h1><p class=\"soft\">%d</p></div></div>", column[CREATED]);
	panel_print_previews(p, store_number_in(column, length, ID));
	page_print(p, "<section class=\"card\"><h2>%w</h2><pre tabindex=\"0\" dir=\"auto\">", TEXT_PLAIN);
	response_text(&p->out, column[TEXT], length[TEXT]);
	page_print(p, "</pre></section><section class=\"card\"><details><summary><h2>%w</h2></summary><pre tabindex=\"0\">", TEXT_SOURCE);
	response_text(&p->out, column[HTML], length[HTML]);
	page_print(p, "</pre></details></section>");
	return false;
}

static bool print_image(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	if (!p->rows++)
		page_print(p, "<section class=\"card\"><h2>%w</h2><table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th>"
			"<th scope=\"col\" class=\"n\">%w</th></tr></thead><tbody>", TEXT_IMAGES, TEXT_CONTENT_ID, TEXT_TYPE, TEXT_OCTETS);
	page_print(p, "<tr><th scope=\"row\" class=\"url\"><bdi>%t</bdi></th><td data-label=\"%w\">%t</td><td class=\"n\" data-label=\"%w\">%u</td></tr>",
		column[0], TEXT_TYPE, column[1], TEXT_OCTETS, store_number_in(column, length, 2));
	return true;
}

static bool print_send(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	if (!p->rows++)
		page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\">%w</th><th scope=\"col\">%w</th></tr></thead><tbody>",
			TEXT_SEND, TEXT_STATE, TEXT_DATE);
	page_print(p, "<tr><th scope=\"row\" class=\"name\">");
	panel_name(p, "/sends/", store_number_in(column, length, 0), column[1], column[2]);
	page_print(p, "</th><td data-label=\"%w\">", TEXT_STATE);
	panel_state(p, column[3]);
	page_print(p, "</td><td class=\"when\" data-label=\"%w\">%d</td></tr>", TEXT_DATE, column[4]);
	return true;
}

void panel_piece(struct page *p, uint64_t id)
{
	page_run(p, "SELECT id, name, source, created_at, html, text FROM piece WHERE plan_id = $1 AND id = $2",
		STORE_VALUES(store_number(p->plan), store_number(id)), print_content, p);
	if (!p->rows)
		page_not_found(p);
	p->rows = 0;
	page_run(p, "SELECT m.content_id, (SELECT i.type FROM image i WHERE i.sha256 = m.sha256),"
		" (SELECT i.bytes FROM image i WHERE i.sha256 = m.sha256) FROM piece_image m WHERE m.plan_id = $1 AND m.piece_id = $2"
		" ORDER BY m.content_id LIMIT 500", STORE_VALUES(store_number(p->plan), store_number(id)), print_image, p);
	page_print(p, p->rows ? "</tbody></table></section>" : "");
	p->rows = 0;
	page_print(p, "<section class=\"card\"><h2>%w</h2>", TEXT_SENDS_WITH);
	page_run(p, "SELECT s.id, s.source, s.name, s.state, s.spooled_at FROM send s WHERE s.plan_id = $1 AND s.piece_id = $2"
		" ORDER BY s.id DESC LIMIT 50", STORE_VALUES(store_number(p->plan), store_number(id)), print_send, p);
	page_print(p, p->rows ? "</tbody></table></section>" : "<p class=\"soft\">%w</p></section>", TEXT_NO_SENDS_WITH);
	page_end(p);
}
