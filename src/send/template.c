/* Compiling a send: see template.h. */
#include "send/template.h"

#include "send/places.h"
#include "send/words.h"

#include <string.h>

/* The box is white on any background, so that its text can be read. */
#define BOX "clear:both;margin:0;padding:8px;background-color:#ffffff;color:#444444;text-align:center;" \
	"font:12px/18px Arial,Helvetica,sans-serif"
#define LINK "color:#444444;text-decoration:underline"

static bool put_escaped(struct stencil *f, char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char const *as = s[i] == '&' ? "&amp;" : s[i] == '<' ? "&lt;" : s[i] == '>' ? "&gt;" : s[i] == '"' ? "&quot;" : NULL;
		if (as ? !stencil_puts(f, as) : !stencil_put(f, s + i, 1))
			return false;
	}
	return true;
}

/* Appends `URL/KIND/` and the slot of the token. */
static bool put_url(struct stencil *f, struct template_options const *o, enum token_kind kind, size_t link)
{
	char const path[] = {'/', (char)kind, '/', 0};
	return stencil_puts(f, o->url) && stencil_puts(f, path) && stencil_slot(f, kind, link);
}

static bool put_link(struct stencil *f, struct template_options const *o, enum token_kind kind, char const *words)
{
	return stencil_puts(f, "<a href=\"") && put_url(f, o, kind, 0) && stencil_puts(f, "\" style=\"" LINK "\">")
		&& put_escaped(f, words, strlen(words)) && stencil_puts(f, "</a>");
}

static bool put_box(struct stencil *f, struct words const *w)
{
	return stencil_puts(f, "<div lang=\"") && stencil_puts(f, w->tag) && stencil_puts(f, "\" dir=\"ltr\" style=\"" BOX "\">");
}

static bool put_header(struct stencil *f, struct template_options const *o, struct words const *w)
{
	return put_box(f, w) && put_link(f, o, TOKEN_VIEW, w->view) && stencil_puts(f, "</div>");
}

static bool put_icon(struct stencil *f, struct template_options const *o, enum accounts_network network)
{
	char const *name = accounts_network_name(network);
	struct accounts_text const *profile = &o->profile[network];
	return stencil_puts(f, "<a href=\"") && put_escaped(f, profile->s, profile->n) && stencil_puts(f, "\"><img src=\"")
		&& stencil_puts(f, o->url) && stencil_puts(f, "/s/") && stencil_puts(f, name) && stencil_puts(f, ".png\" alt=\"")
		&& stencil_puts(f, name) && stencil_puts(f, "\" width=\"32\" height=\"32\" style=\"border:0;margin:4px\"></a>");
}

static bool put_icons(struct stencil *f, struct template_options const *o)
{
	bool any = false;
	for (int i = 0; o->social_links && i < ACCOUNTS_NETWORKS; i++) {
		if (!o->profile[i].n)
			continue;
		any = true;
		if (!put_icon(f, o, (enum accounts_network)i))
			return false;
	}
	return !any || stencil_puts(f, "<br>");
}

static bool put_foot(struct stencil *f, struct template_options const *o, struct words const *w, bool pixel)
{
	if (!put_box(f, w) || !put_icons(f, o) || !put_link(f, o, TOKEN_UNSUBSCRIBE, w->unsubscribe))
		return false;
	if (pixel && !(stencil_puts(f, "<img src=\"") && put_url(f, o, TOKEN_OPEN, 0)
			&& stencil_puts(f, ".gif\" alt=\"\" width=\"1\" height=\"1\" style=\"border:0\">")))
		return false;
	return stencil_puts(f, "</div>");
}

/* HTML that is being built. */
struct build {
	struct stencil *out;
	char const *html;
	size_t at; /* html[0..at) is in out */
	struct places const *places;
	struct template_options const *options;
	bool header_due, foot_due, pixel;
};

static bool copy_until(struct build *b, size_t to)
{
	size_t const from = b->at;
	b->at = to;
	return stencil_put(b->out, b->html + from, to - from);
}

/* Copies up to `to`, with the view sentence and the foot at their places. */
static bool put_until(struct build *b, size_t to)
{
	struct words const *w = words_find(b->options->language);
	if (b->header_due && b->places->header <= to) {
		b->header_due = false;
		if (!copy_until(b, b->places->header) || !put_header(b->out, b->options, w))
			return false;
	}
	if (b->foot_due && b->places->foot <= to) {
		b->foot_due = false;
		if (!copy_until(b, b->places->foot) || !put_foot(b->out, b->options, w, b->pixel))
			return false;
	}
	return copy_until(b, to);
}

static bool build_html(struct build *b, size_t n)
{
	for (size_t i = 0; i < b->places->count; i++) {
		struct places_link const *l = &b->places->link[i];
		if (!put_until(b, l->from) || !put_url(b->out, b->options, TOKEN_CLICK, l->number))
			return false;
		b->at = l->to;
	}
	return put_until(b, n);
}

static bool build_text(struct stencil *f, char const *text, size_t n, struct template_options const *o)
{
	struct words const *w = words_find(o->language);
	if (o->show_header && !(stencil_puts(f, w->view) && stencil_puts(f, ":\n") && put_url(f, o, TOKEN_VIEW, 0)
			&& stencil_puts(f, "\n\n")))
		return false;
	if (!stencil_put(f, text, n) || (n && text[n - 1] != '\n' && !stencil_puts(f, "\n")))
		return false;
	return stencil_puts(f, "\n") && stencil_puts(f, w->unsubscribe) && stencil_puts(f, ":\n")
		&& put_url(f, o, TOKEN_UNSUBSCRIBE, 0) && stencil_puts(f, "\n");
}

bool template_compile(struct template *t, char const *html, size_t n, char const *text, size_t text_len,
	struct template_options const *o)
{
	struct places p = {.count = 0};
	struct build mail = {.out = &t->html, .html = html, .places = &p, .options = o, .header_due = o->show_header,
		.foot_due = true, .pixel = o->track_opens};
	struct build page = {.out = &t->page, .html = html, .places = &p, .options = o, .foot_due = true};
	bool done = places_find(&p, html, n, o->track_clicks ? &t->links : NULL, o->url) && build_html(&mail, n)
		&& build_html(&page, n) && build_text(&t->text, text, text_len, o);
	places_free(&p);
	return done;
}

void template_free(struct template *t)
{
	stencil_free(&t->html);
	stencil_free(&t->page);
	stencil_free(&t->text);
	links_free(&t->links);
}
