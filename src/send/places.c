/* Finds the places in a piece that a send changes: see places.h. */
#include "send/places.h"

#include "base/array.h"
#include "base/ascii.h"
#include "mail/html.h"
#include "mail/html_text.h"
#include "mail/url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE SIZE_MAX

/* Start tags that do not begin the body (WHATWG HTML 13.2.6.4.4). */
static char const *const head_tags[] = {
	"html", "head", "base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style", "title", NULL,
};

/* Elements in which a browser shows no links: it shows their content otherwise, or not at
   all. <svg> and <math> are two more, which the reader knows. */
static char const *const hiding_tags[] = {"template", "select", "audio", "video", "canvas", "object", NULL};

struct search {
	struct places *places;
	struct html h;
	struct links *links;
	char const *own;
	struct url url;

	size_t content;        /* the beginning of the body's content, or NOWHERE */
	size_t body_end;       /* the last </body>, or NOWHERE */
	size_t noscript;       /* an open <noscript> in the head, or NOWHERE */
	size_t frames;         /* a <frameset> instead of a body, or NOWHERE */
	/* The beginnings of the open hiding element and <svg>, or of ones around them; NOWHERE: none.
	   Each keeps the beginning of the other: the end of one may not be the end of both. */
	size_t hidden_from;    /* of a hiding element */
	char const *hidden_by; /* the name of that element */
	size_t hidden_depth;   /* open elements of that name */
	size_t foreign_from;   /* of an <svg> or a <math> */
	size_t template_depth; /* open <template>s */
	bool failed;           /* out of memory */
};

static size_t lesser_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool is_name(struct html const *h, char const *name)
{
	return ascii_case_is(h->s + h->from, h->to - h->from, name);
}

static char const *find_name(struct html const *h, char const *const *names)
{
	while (*names && !is_name(h, *names))
		names++;
	return *names;
}

/* --- Links ------------------------------------------------------------------------------- */

/* Can a reader follow the tag's href? Outlook shows the elements of VML. */
static bool has_link(struct html const *h)
{
	return is_name(h, "a") || is_name(h, "area")
		|| (h->to - h->from > 2 && ascii_case_starts(h->s + h->from, h->to - h->from, "v:"));
}

/* Is there a reference `&name;` that html_text leaves as text? A browser may know it. */
static bool has_unknown_reference(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t name = i + 1, end = name;
		if (s[i] != '&')
			continue;
		while (end < n && (ascii_is_alpha(s[end]) || ascii_is_digit(s[end])))
			end++;
		if (end == name || end == n || s[end] != ';')
			continue;
		struct html_text t;
		html_text_start(&t, s, i, end + 1, true);
		if (html_text_next(&t) == '&' && t.at == name)
			return true;
	}
	return false;
}

static void add_link(struct search *w, size_t from, size_t to, size_t number)
{
	struct places *p = w->places;
	void *more = array_reserve(p->link, p->count, &p->cap, sizeof *p->link);
	if (!more) {
		w->failed = true;
		return;
	}
	p->link = more;
	p->link[p->count++] = (struct places_link){from, to, number};
}

/* Reads the value of an href, s[from..to). */
static void read_link(struct search *w, size_t from, size_t to)
{
	struct html_text t;
	if (has_unknown_reference(w->h.s + from, to - from))
		return;
	html_text_start(&t, w->h.s, from, to, true);
	url_start(&w->url);
	for (int c = html_text_next(&t); c >= 0; c = html_text_next(&t))
		url_add(&w->url, c, t.from, t.at);
	url_finish(&w->url);
	if (w->url.failed) {
		w->failed = true;
		return;
	}
	if (!links_is_tracked(w->url.s.s, w->url.s.len, w->own))
		return;
	size_t number = links_number(w->links, w->url.s.s, w->url.s.len);
	if (number)
		add_link(w, from, to, number);
	else
		w->failed = true;
}

/* Reads the tag to its end. Of a repeated attribute browsers take the first. */
static void read_attributes(struct search *w)
{
	struct html_attribute a;
	bool wanted = w->links && !w->template_depth && !w->h.foreign.levels && has_link(&w->h);
	while (html_attribute(&w->h, &a)) {
		if (!wanted || !ascii_case_is(w->h.s + a.name, a.name_end - a.name, "href"))
			continue;
		read_link(w, a.value, a.value_end);
		wanted = false;
	}
}

/* --- Where the body begins and ends ------------------------------------------------------ */

/* Looks whether the open <svg> or <math> has ended. */
static void leave_foreign(struct search *w)
{
	if (!w->h.foreign.levels)
		w->foreign_from = NOWHERE;
}

/* Notes that content begins at `at`, or with the text before it. */
static void begin_content(struct search *w, size_t at)
{
	if (w->content != NOWHERE)
		return;
	if (w->h.text < at)
		at = w->h.text;
	w->content = w->noscript < at ? w->noscript : at;
}

static void open_hiding(struct search *w, size_t at)
{
	if (is_name(&w->h, "template"))
		w->template_depth++;
	if (w->hidden_from != NOWHERE) {
		if (!is_name(&w->h, w->hidden_by))
			return;
		/* a <select> in a <select> ends it */
		w->hidden_depth += strcmp(w->hidden_by, "select") ? 1 : (size_t)-1;
	} else {
		/* in an <svg> the name means nothing */
		w->hidden_by = html_foreign_inside(&w->h.foreign) ? NULL : find_name(&w->h, hiding_tags);
		if (!w->hidden_by)
			return;
		w->hidden_from = lesser_of(at, w->foreign_from);
		w->hidden_depth = 1;
	}
	if (!w->hidden_depth)
		w->hidden_from = NOWHERE;
}

static void close_hiding(struct search *w)
{
	if (is_name(&w->h, "template") && w->template_depth)
		w->template_depth--;
	if (w->hidden_from != NOWHERE && is_name(&w->h, w->hidden_by) && --w->hidden_depth == 0)
		w->hidden_from = NOWHERE;
}

static void start_tag(struct search *w)
{
	struct html *h = &w->h;
	size_t const at = h->from - 1;
	bool const body = is_name(h, "body"), root = is_name(h, "svg") || is_name(h, "math");
	if (h->text < at)
		begin_content(w, at);
	if (is_name(h, "noscript") && w->content == NOWHERE)
		w->noscript = at;
	else if (is_name(h, "frameset") && w->content == NOWHERE)
		w->frames = at;
	if (!body && !find_name(h, head_tags))
		begin_content(w, at);
	open_hiding(w, at);
	read_attributes(w);
	if (root && w->foreign_from == NOWHERE && !h->closed)
		w->foreign_from = lesser_of(at, w->hidden_from);
	if (body && w->content == NOWHERE)
		w->content = h->at;
}

static void end_tag(struct search *w)
{
	struct html const *h = &w->h;
	if (is_name(h, "noscript") && w->content == NOWHERE) {
		if (h->text < h->from)
			begin_content(w, h->from);
		w->noscript = NOWHERE;
	}
	close_hiding(w);
	if (is_name(h, "body") && w->hidden_from == NOWHERE && w->foreign_from == NOWHERE)
		w->body_end = h->from - 2;
}

static void finish_places(struct search *w)
{
	struct places *p = w->places;
	size_t const n = w->h.n;
	size_t end = lesser_of(lesser_of(n, w->h.broken), lesser_of(w->hidden_from, w->foreign_from));
	begin_content(w, n);
	p->header = lesser_of(w->content, end);
	/* A browser that meets other content first ignores a <frameset>: the foot is seen. */
	if (w->frames != NOWHERE)
		end = p->header;
	p->foot = w->body_end != NOWHERE && w->body_end >= p->header && w->body_end < end ? w->body_end : end;
	while (p->count && p->link[p->count - 1].to > w->h.broken)
		p->count--;
}

bool places_find(struct places *p, char const *html, size_t n, struct links *links, char const *own)
{
	struct search w = {.places = p, .links = links, .own = own, .content = NOWHERE,
		.body_end = NOWHERE, .noscript = NOWHERE, .frames = NOWHERE, .hidden_from = NOWHERE, .foreign_from = NOWHERE};
	p->count = 0;
	html_start(&w.h, html, n);
	w.h.end_tags = true;
	for (enum html_token t = html_next(&w.h); t != HTML_END && !w.failed; t = html_next(&w.h)) {
		if (w.h.conditional) {
			if (t == HTML_TAG)
				read_attributes(&w);
			continue;
		}
		leave_foreign(&w);
		if (t == HTML_TAG)
			start_tag(&w);
		else if (t == HTML_END_TAG)
			end_tag(&w);
	}
	leave_foreign(&w);
	buf_free(&w.url.s);
	if (!w.failed)
		finish_places(&w);
	return !w.failed;
}

void places_free(struct places *p)
{
	free(p->link);
	*p = (struct places){.count = 0};
}
