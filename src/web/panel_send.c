/* One send: its figures, links, preview, and the forms that change its state. */
#include "web/panel.h"

#include "base/num.h"
#include "send/words.h"
#include "store/figures.h"
#include "web/sections.h"
#include "web/sendstate.h"

#include <stdlib.h>
#include <string.h>

static char const select_send[] =
	"SELECT s.name, s.source, s.subject, s.state, s.username, s.sender_id, s.piece_id, s.group_id, s.message_id, s.language,"
	" s.track_opens, s.track_clicks, s.remote_ip, s.contacts_total, s.spooled_at, s.started_at, s.finished_at, s.reason,"
	" (SELECT a.address FROM sender a WHERE a.plan_id = $1 AND a.id = s.sender_id),"
	" (SELECT coalesce(sum(f.unsubscriptions), 0) FROM figures f WHERE f.plan_id = $1 AND f.send_id = s.id)"
	" FROM send s WHERE s.plan_id = $1 AND s.id = $2";

enum column {
	NAME, SOURCE, SUBJECT, STATE, USERNAME, SENDER_ID, PIECE, GROUP, MESSAGE_ID, LANGUAGE, TRACK_OPENS, TRACK_CLICKS, ADDRESS,
	CONTACTS, SPOOLED, STARTED, FINISHED, REASON, SENDER, LEFT, COLUMNS
};

/* The row of select_send, copied. */
struct record {
	char *text[COLUMNS]; /* NULL if the column is null */
	uint64_t number[COLUMNS];
	bool found;
	struct page *page;
};

static bool keep_record(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct record *r = arg;
	r->found = true;
	for (size_t i = 0; i < n && i < COLUMNS; i++) {
		r->number[i] = store_number_in(column, length, i);
		r->text[i] = column[i] ? strdup(column[i]) : NULL;
		if (column[i] && !r->text[i])
			page_out_of_memory(r->page);
	}
	return false;
}

/* --- Parts of the page -------------------------------------------------------------------- */

static void print_action(struct page *p, uint64_t id, char const *action, char const *class, enum web_text name)
{
	page_print(p, "<form method=\"post\" action=\"%p/sends/%i/%h\">%k<button%h>%w</button></form>", id, action, class, name);
}

static void print_actions(struct page *p, uint64_t id, char const *state)
{
	bool active = !strcmp(state, "new") || !strcmp(state, "sending"), paused = !strcmp(state, "paused");
	page_print(p, "<div class=\"acts\">");
	if (active)
		print_action(p, id, "pause", " class=\"plain\"", TEXT_PAUSE);
	if (paused)
		print_action(p, id, "resume", "", TEXT_RESUME);
	if (active || paused) {
		/* it cannot be undone, so it takes a second click */
		page_print(p, "<details class=\"sure\"><summary>%w</summary><div><p>%w</p>", TEXT_CANCEL, TEXT_CANCEL_WHY);
		print_action(p, id, "cancel", " class=\"bad\"", TEXT_CANCEL_SURE);
		page_print(p, "</div></details>");
	}
	page_print(p, "</div>");
}

static struct page_done const done[] = {{"pause", "good", TEXT_DONE_PAUSE}, {"resume", "good", TEXT_DONE_RESUME},
	{"cancel", "good", TEXT_DONE_CANCEL}, {"none", "warn", TEXT_NOT_DONE}, {.value = NULL}};

static void print_tile(struct page *p, enum web_text name, uint64_t value, uint64_t whole)
{
	page_print(p, "<div><span class=\"what\">%w</span><span class=\"value\">", name);
	page_percent(p, value, whole);
	page_print(p, "</span><span class=\"small soft\">%u</span></div>", value);
}

/* The name of a figure, and the figure that it is a part of. */
static struct {
	enum figure figure, whole;
	enum web_text name;
	char const *depth;
} const tree[] = {
	{FIGURE_TOTAL, FIGURE_TOTAL, TEXT_FIGURES_TOTAL, "d0"},
	{FIGURE_SENT, FIGURE_TOTAL, TEXT_FIGURES_SENT, "d1"},
	{FIGURE_OPENED, FIGURE_SENT, TEXT_FIGURES_OPENED, "d2"},
	{FIGURE_OPENED_ACTIVE, FIGURE_OPENED, TEXT_FIGURES_OPENED_ACTIVE, "d3"},
	{FIGURE_OPENED_INACTIVE, FIGURE_OPENED, TEXT_FIGURES_OPENED_INACTIVE, "d3"},
	{FIGURE_UNOPENED, FIGURE_SENT, TEXT_FIGURES_UNOPENED, "d2"},
	{FIGURE_UNOPENED_DELIVERED, FIGURE_UNOPENED, TEXT_FIGURES_DELIVERED, "d3"},
	{FIGURE_UNOPENED_BOUNCED, FIGURE_UNOPENED, TEXT_FIGURES_BOUNCED, "d3"},
	{FIGURE_CLICKED, FIGURE_SENT, TEXT_FIGURES_CLICKED, "d2"},
	{FIGURE_UNSENT, FIGURE_TOTAL, TEXT_FIGURES_UNSENT, "d1"},
	{FIGURE_UNSENT_INACTIVE, FIGURE_UNSENT, TEXT_FIGURES_INACTIVE, "d2"},
	{FIGURE_UNSENT_MANUAL, FIGURE_UNSENT_INACTIVE, TEXT_FIGURES_MANUAL, "d3"},
	{FIGURE_UNSENT_AUTOMATIC, FIGURE_UNSENT_INACTIVE, TEXT_FIGURES_AUTOMATIC, "d3"},
	{FIGURE_UNSENT_FAILED, FIGURE_UNSENT, TEXT_FIGURES_FAILED, "d2"},
	{FIGURE_UNSENT_MALFORMED, FIGURE_UNSENT_FAILED, TEXT_FIGURES_MALFORMED, "d3"},
	{FIGURE_UNSENT_REFUSED, FIGURE_UNSENT_FAILED, TEXT_FIGURES_REFUSED, "d3"},
	{FIGURE_UNSENT_PENDING, FIGURE_UNSENT_FAILED, TEXT_FIGURES_PENDING, "d3"},
};

static size_t find_in_tree(enum figure f)
{
	size_t i = 0;
	while (tree[i].figure != f)
		i++;
	return i;
}

enum web_text panel_figure_name(enum figure f)
{
	return tree[find_in_tree(f)].name;
}

char const *panel_figure_indent(enum figure f)
{
	char depth = tree[find_in_tree(f)].depth[1];
	return depth == '3' ? "&emsp;&emsp;" : depth == '2' ? "&emsp;" : "";
}

static void print_figure(struct page *p, uint64_t id, struct figures const *f, size_t i)
{
	uint64_t value = f->value[tree[i].figure], whole = f->value[tree[i].whole];
	struct section const *section = section_of_figure(tree[i].figure);
	page_print(p, "<tr class=\"%h\"><th scope=\"row\">", tree[i].depth);
	if (value && section)
		page_print(p, "<a href=\"%p/sends/%i/people?section=%h\">%w</a>", id, section_name(section), tree[i].name);
	else
		page_print(p, "%w", tree[i].name);
	page_print(p, "</th><td class=\"n\">%u</td><td class=\"n soft\">", value);
	page_percent(p, value, whole);
	page_print(p, "</td><td>");
	page_bar(p, value, whole, "");
	page_print(p, "</td></tr>");
}

static void print_figures(struct page *p, uint64_t id, struct figures const *f)
{
	page_print(p, "<section class=\"card\"><h2>%w</h2><table class=\"tree\"><thead><tr><th scope=\"col\">%w</th>"
		"<th scope=\"col\" class=\"n\">%w</th><th scope=\"col\" class=\"n\">%w</th><th><span class=\"hide\">%w</span></th></tr></thead><tbody>",
		TEXT_FIGURES, TEXT_PEOPLE, TEXT_COUNT, TEXT_SHARE, TEXT_SHARE);
	for (size_t i = 0; i < sizeof tree / sizeof *tree; i++)
		print_figure(p, id, f, i);
	page_print(p, "</tbody></table></section>");
}

static void print_over_time(struct page *p, uint64_t id, struct figures const *f)
{
	page_print(p, "<section class=\"card\"><h2>%w</h2>", TEXT_OVER_TIME);
	if (f->value[FIGURE_OPENED] || f->value[FIGURE_CLICKED])
		page_print(p, "<div class=\"scroll\" tabindex=\"0\"><img class=\"chart\" src=\"%p/sends/%i/chart.svg\" width=\"480\" height=\"220\" alt=\"%w\"></div>", id, TEXT_CHART_ALT);
	else
		page_print(p, "<p class=\"soft\">%w</p>", TEXT_NO_HITS);
	page_print(p, "<dl class=\"facts small\"><dt>%w</dt><dd>%u</dd><dt>%w</dt><dd>%u</dd><dt>%w</dt><dd>%u</dd></dl></section>",
		TEXT_OPENS_TOTAL, f->value[FIGURE_OPENS], TEXT_CLICKS_TOTAL, f->value[FIGURE_CLICKS], TEXT_OPENS_MACHINES,
		f->value[FIGURE_MACHINE_OPENS]);
}

static bool print_link(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	if (!p->rows++)
		page_print(p, "<table class=\"rows\"><thead><tr><th scope=\"col\">%w</th><th scope=\"col\" class=\"n\">%w</th>"
			"<th scope=\"col\" class=\"n\">%w</th></tr></thead><tbody>", TEXT_LINK, TEXT_PEOPLE, TEXT_CLICKS);
	page_print(p, "<tr><th scope=\"row\" class=\"url\"><bdi class=\"most\" title=\"%t\">%t</bdi></th><td class=\"n\" data-label=\"%w\">%u</td>"
		"<td class=\"n\" data-label=\"%w\">%u</td></tr>", column[0], column[0], TEXT_PEOPLE, store_number_in(column, length, 1), TEXT_CLICKS,
		store_number_in(column, length, 2));
	return true;
}

/* Prints the links. A URL comes from a stranger, so it is text here, not a link. */
static void print_links(struct page *p, uint64_t id)
{
	static char const select_links[] = "SELECT l.url, l.people, l.clicks FROM link l WHERE l.plan_id = $1 AND l.send_id = $2"
		" ORDER BY l.people DESC, l.number LIMIT 200";
	page_print(p, "<section class=\"card\"><h2>%w</h2>", TEXT_LINKS);
	page_run(p, select_links, STORE_VALUES(store_number(p->plan), store_number(id)), print_link, p);
	if (p->rows)
		page_print(p, "</tbody></table></section>");
	else
		page_print(p, "<p class=\"soft\">%w</p></section>", TEXT_NO_LINKS);
}

static void print_facts(struct page *p, uint64_t id, struct record const *r)
{
	bool opens = r->number[TRACK_OPENS], clicks = r->number[TRACK_CLICKS];
	char const *language = words_find((unsigned int)r->number[LANGUAGE])->tag;
	page_print(p, "<section class=\"card\"><h2>%w</h2><dl class=\"facts\"><dt>%w</dt><dd>%i</dd><dt>%w</dt><dd><bdi>%t</bdi></dd>"
		"<dt>%w</dt><dd><bdi>%t</bdi></dd>"
		"<dt>%w</dt><dd>%t</dd><dt>%w</dt><dd>%d</dd><dt>%w</dt><dd>%d</dd><dt>%w</dt><dd>%d</dd>", TEXT_DETAILS, TEXT_NUMBER, id,
		TEXT_SUBJECT, *r->text[SUBJECT] ? r->text[SUBJECT] : "–", TEXT_SENDER, r->text[SENDER], TEXT_LOGIN_OF, r->text[USERNAME], TEXT_ACCEPTED, r->text[SPOOLED], TEXT_STARTED,
		r->text[STARTED], TEXT_FINISHED, r->text[FINISHED]);
	page_print(p, "<dt>%w</dt><dd>", TEXT_TRACKING);
	page_print(p, opens || clicks ? "" : "%w", TEXT_NONE);
	page_print(p, opens ? "%w" : "", TEXT_TRACK_OPENS);
	page_print(p, opens && clicks ? ", " : "");
	page_print(p, clicks ? "%w" : "", TEXT_TRACK_CLICKS);
	page_print(p, "</dd><dt>%w</dt><dd><a href=\"%p/groups/%i\">%i</a></dd>", TEXT_GROUP, r->number[GROUP], r->number[GROUP]);
	page_print(p, "<dt>%w</dt><dd><a href=\"%p/pieces/%i\">%i</a></dd>", TEXT_PIECE, r->number[PIECE], r->number[PIECE]);
	page_print(p, "<dt>%w</dt><dd>%t</dd><dt>%w</dt><dd>%t</dd>", TEXT_LANGUAGE, language, TEXT_ADDRESS, r->text[ADDRESS]);
	if (r->text[MESSAGE_ID] && *r->text[MESSAGE_ID])
		page_print(p, "<dt>%w</dt><dd>%t</dd>", TEXT_MESSAGE_ID, r->text[MESSAGE_ID]);
	page_print(p, "</dl></section>");
}

void panel_send(struct page *p, uint64_t id)
{
	struct record r = {.page = p};
	struct figures f;
	bool found = false;
	page_run(p, select_send, STORE_VALUES(store_number(p->plan), store_number(id)), keep_record, &r);
	if (!r.found)
		page_not_found(p);
	if (figures_read(p->store, p->plan, id, &f, &found) != STORE_OK)
		page_store_failed(p);
	page_start(p, "200 OK", AREA_SENDS, *r.text[SUBJECT] ? r.text[SUBJECT] : page_word(p, TEXT_NO_SUBJECT));
	page_print(p, "<a class=\"back\" href=\"%p/\">← %w</a>", TEXT_BACK_SENDS);
	page_done(p, done);
	page_print(p, "<div class=\"head\"><div><h1>");
	panel_name(p, NULL, id, r.text[SOURCE], r.text[NAME]);
	page_print(p, "</h1><p class=\"soft\">");
	panel_state(p, r.text[STATE]);
	page_print(p, " &nbsp;%d · <bdi>%t</bdi></p></div>", r.text[SPOOLED], r.text[SENDER]);
	print_actions(p, id, r.text[STATE]);
	page_print(p, "</div>");
	if (!strcmp(r.text[STATE], "paused") && r.text[REASON])
		page_print(p, "<p class=\"note warn\"><strong>%w:</strong> <bdi>%t</bdi></p>", TEXT_REASON, r.text[REASON]);
	page_print(p, "<div class=\"tiles\">");
	uint64_t sent = f.value[FIGURE_SENT], bounced = f.value[FIGURE_UNOPENED_BOUNCED];
	print_tile(p, TEXT_DELIVERED, sent - (bounced < sent ? bounced : sent), f.value[FIGURE_TOTAL]);
	print_tile(p, TEXT_OPENED, f.value[FIGURE_OPENED], sent);
	print_tile(p, TEXT_CLICKED, f.value[FIGURE_CLICKED], sent);
	print_tile(p, TEXT_UNSUBSCRIBED, r.number[LEFT], sent);
	page_print(p, "</div><div class=\"two\"><div>");
	print_figures(p, id, &f);
	print_facts(p, id, &r);
	page_print(p, "</div><div>");
	print_over_time(p, id, &f);
	print_links(p, id);
	page_print(p, "</div></div><section class=\"card\"><h2>%w</h2><iframe class=\"frame\" sandbox title=\"%w\" src=\"%p/pieces/%i/html\">"
		"</iframe></section>", TEXT_PREVIEW, TEXT_PREVIEW, r.number[PIECE]);
	page_end(p);
	figures_free(&f);
	for (size_t i = 0; i < COLUMNS; i++)
		free(r.text[i]);
}

/* --- Actions ------------------------------------------------------------------------------ */

static void change_state(struct page *p, uint64_t id, enum send_change change, char const *result)
{
	bool changed;
	char path[40] = "/sends/";
	page_require(p, "SELECT 1 FROM send WHERE plan_id = $1 AND id = $2", id);
	if (send_change_state(p->store, p->plan, id, change, page_word(p, TEXT_PAUSED_BY), p->now, &changed) != STORE_OK)
		page_store_failed(p);
	num_fmt(path + strlen(path), id);
	page_redirect(p, path, changed ? result : "done=none");
}

void panel_pause(struct page *p, uint64_t id)
{
	change_state(p, id, SEND_PAUSE, "done=pause");
}

void panel_resume(struct page *p, uint64_t id)
{
	change_state(p, id, SEND_RESUME, "done=resume");
}

void panel_cancel(struct page *p, uint64_t id)
{
	change_state(p, id, SEND_CANCEL, "done=cancel");
}
