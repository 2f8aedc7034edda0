/* Inspecting a piece. */
#include "web/inspect.h"

#include "base/ascii.h"
#include "mail/html.h"
#include "mail/html_text.h"
#include "web/inspect_words.h"

#include <string.h>

/* The texts and links that read_html collects. */
struct reader {
	struct inspection *out;
	struct buf shown, alternative; /* the text that a browser shows; the values of alt and title */
	struct words links;
};

/* Elements whose tags do not divide a word. Those of links do: two of them often touch in the source. */
static bool is_inline(char const *s, size_t n)
{
	static char const *const names[] = {"abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "ins", "kbd",
		"mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (ascii_case_is(s, n, names[i]))
			return true;
	return false;
}

/* Appends html[from..to) with its references resolved. */
static bool put_resolved(struct buf *out, char const *html, size_t from, size_t to)
{
	struct html_text t;
	html_text_start(&t, html, from, to, true);
	for (int c = html_text_next(&t); c >= 0; c = html_text_next(&t))
		if (c && !buf_putc(out, (char)c))
			return false;
	return true;
}

static bool add_string(struct inspect_list *l, char const *s, size_t n)
{
	return l->count++ >= INSPECT_LISTED || (buf_put(&l->strings, s, n) && buf_putc(&l->strings, 0));
}

static bool read_link(struct reader *r, char const *html, size_t from, size_t to)
{
	struct buf address = BUF_ZERO;
	bool done = put_resolved(&address, html, from, to) && add_string(&r->out->links, address.s, address.len)
		&& words_add_link(&r->links, address.s, address.len);
	buf_free(&address);
	return done;
}

static bool read_tag(struct reader *r, struct html *h)
{
	char const *s = h->s;
	size_t name = h->from, n = h->to - h->from;
	bool is_link = ascii_case_is(s + name, n, "a") || ascii_case_is(s + name, n, "area"), is_image = ascii_case_is(s + name, n, "img");
	bool has_alt = false, has_href = false, done = is_inline(s + name, n) || buf_putc(&r->shown, '\n');
	struct html_attribute a;
	while (done && html_attribute(h, &a)) {
		bool alt = ascii_case_is(s + a.name, a.name_end - a.name, "alt");
		has_alt = has_alt || (is_image && alt);
		if (alt || ascii_case_is(s + a.name, a.name_end - a.name, "title"))
			done = put_resolved(&r->alternative, s, a.value, a.value_end) && buf_putc(&r->alternative, '\n');
		if (!is_link || has_href || !ascii_case_is(s + a.name, a.name_end - a.name, "href"))
			continue;
		has_href = true; /* the first of two counts */
		done = done && read_link(r, s, a.value, a.value_end);
	}
	r->out->images += is_image;
	r->out->images_without_alt += is_image && !has_alt;
	return done;
}

static bool read_html(struct reader *r, char const *html, size_t n)
{
	struct html h;
	bool done = true;
	html_start(&h, html, n);
	h.end_tags = h.texts = true;
	for (enum html_token t = html_next(&h); done && t != HTML_END; t = html_next(&h)) {
		if (t == HTML_TAG)
			done = read_tag(r, &h);
		else if (t == HTML_TEXT && !h.conditional)
			done = put_resolved(&r->shown, html, h.from, h.to);
		else if (t == HTML_END_TAG && !is_inline(html + h.from, h.to - h.from))
			done = buf_putc(&r->shown, '\n');
	}
	return done;
}

/* Lists the words of a that b does not have. */
static bool list_missing(struct inspect_list *out, struct words const *a, struct words const *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!words_has(b, &a->word[i]) && !add_string(out, a->word[i].s, a->word[i].n))
			return false;
	return true;
}

/* The words of the HTML, without and with those of alt and title; the words and addresses of the text. */
struct sides {
	struct words shown, any, text, text_links;
};

static bool compare_sides(struct inspection *out, struct reader *r, struct sides *s, char const *text, size_t tn)
{
	bool done = words_read(&s->shown, &r->links, r->shown.s, r->shown.len) && words_read(&s->any, &r->links, r->shown.s, r->shown.len)
		&& words_read(&s->any, &r->links, r->alternative.s, r->alternative.len) && words_read(&s->text, &s->text_links, text, tn);
	out->has_text = s->text.count || s->text_links.count;
	if (!done || !out->has_text)
		return done;
	words_sort(&s->shown);
	words_sort(&s->any);
	words_sort(&s->text);
	words_sort(&s->text_links);
	words_sort(&r->links);
	return list_missing(&out->html_words, &s->shown, &s->text) && list_missing(&out->text_words, &s->text, &s->any)
		&& list_missing(&out->html_links, &r->links, &s->text_links) && list_missing(&out->text_links, &s->text_links, &r->links);
}

bool inspect_piece(struct inspection *out, char const *html, size_t n, char const *text, size_t tn)
{
	struct reader r = {.out = out};
	struct sides s = {.shown = {.count = 0}};
	bool done = read_html(&r, html, n) && compare_sides(out, &r, &s, text, tn);
	words_free(&s.shown);
	words_free(&s.any);
	words_free(&s.text);
	words_free(&s.text_links);
	words_free(&r.links);
	buf_free(&r.shown);
	buf_free(&r.alternative);
	return done;
}

void inspection_free(struct inspection *i)
{
	buf_free(&i->links.strings);
	buf_free(&i->html_words.strings);
	buf_free(&i->text_words.strings);
	buf_free(&i->html_links.strings);
	buf_free(&i->text_links.strings);
}
