/* Inspecting a piece. */
#include "web/inspect.h"

#include "base/ascii.h"
#include "mail/html.h"
#include "mail/html_text.h"

#include <stdlib.h>
#include <string.h>

#define WORD_LEAST 4

/* --- Links and images --------------------------------------------------------------------- */

/* Appends html[from..to) with its references resolved, and a NUL. */
static bool put_value(struct buf *out, char const *html, size_t from, size_t to)
{
	struct html_text t;
	html_text_start(&t, html, from, to, true);
	for (int c = html_text_next(&t); c >= 0; c = html_text_next(&t))
		if (c && !buf_putc(out, (char)c))
			return false;
	return buf_putc(out, 0);
}

static bool inspect_tag(struct inspection *out, struct html *h)
{
	char const *s = h->s;
	size_t name = h->from, n = h->to - h->from;
	bool is_link = ascii_case_is(s + name, n, "a") || ascii_case_is(s + name, n, "area"), is_image = ascii_case_is(s + name, n, "img");
	bool has_alt = false, seen = false;
	struct html_attribute a;
	while ((is_link || is_image) && html_attribute(h, &a)) {
		has_alt = has_alt || ascii_case_is(s + a.name, a.name_end - a.name, "alt");
		if (!is_link || seen || !ascii_case_is(s + a.name, a.name_end - a.name, "href"))
			continue;
		seen = true; /* the first of two counts */
		if (out->link_count++ < INSPECT_LISTED && !put_value(&out->links, s, a.value, a.value_end))
			return false;
	}
	out->images += is_image;
	out->images_without_alt += is_image && !has_alt;
	return true;
}

/* --- Words -------------------------------------------------------------------------------- */

struct word {
	char const *s;
	size_t n;
};

struct words {
	struct word *word;
	size_t count, cap;
};

static bool is_letter(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || (unsigned char)c >= 0x80;
}

static int compare_words(void const *a, void const *b)
{
	struct word const *x = a, *y = b;
	int r = memcmp(x->s, y->s, x->n < y->n ? x->n : y->n);
	return r ? r : (x->n > y->n) - (x->n < y->n);
}

static bool add_word(struct words *w, char const *s, size_t n)
{
	if (w->count == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 1024;
		struct word *more = realloc(w->word, cap * sizeof *more);
		if (!more)
			return false;
		w->word = more;
		w->cap = cap;
	}
	w->word[w->count++] = (struct word){s, n};
	return true;
}

/* Splits s[0..n), which it lowers in place, into words. */
static bool split_words(struct words *w, char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s[i] = ascii_lower(s[i]);
	for (size_t at = 0, end; at < n; at = end + 1) {
		end = at;
		while (end < n && is_letter(s[end]))
			end++;
		if (end - at >= WORD_LEAST && !add_word(w, s + at, end - at))
			return false;
	}
	return true;
}

/* Lists the words of the text that the HTML does not have, each once. */
static bool list_missing(struct inspection *out, struct words const *of_text, struct words const *of_html)
{
	for (size_t i = 0; i < of_text->count; i++) {
		struct word const *w = &of_text->word[i];
		if ((i && !compare_words(w - 1, w))
			|| (of_html->count && bsearch(w, of_html->word, of_html->count, sizeof *w, compare_words)))
			continue;
		if (out->word_count++ < INSPECT_LISTED && (!buf_put(&out->words, w->s, w->n) || !buf_putc(&out->words, 0)))
			return false;
	}
	return true;
}

static bool compare_texts(struct inspection *out, char const *html, size_t n, char const *text, size_t tn)
{
	struct buf resolved = BUF_ZERO, lowered = BUF_ZERO;
	struct words of_html = {.count = 0}, of_text = {.count = 0};
	bool done = put_value(&resolved, html, 0, n) && buf_put(&lowered, text, tn) && split_words(&of_html, resolved.s, resolved.len)
		&& split_words(&of_text, lowered.s, lowered.len);
	if (of_html.count)
		qsort(of_html.word, of_html.count, sizeof *of_html.word, compare_words);
	if (of_text.count)
		qsort(of_text.word, of_text.count, sizeof *of_text.word, compare_words);
	done = done && list_missing(out, &of_text, &of_html);
	free(of_html.word);
	free(of_text.word);
	buf_free(&resolved);
	buf_free(&lowered);
	return done;
}

bool inspect_piece(struct inspection *out, char const *html, size_t n, char const *text, size_t tn)
{
	struct html h;
	html_start(&h, html, n);
	for (enum html_token t = html_next(&h); t != HTML_END; t = html_next(&h))
		if (t == HTML_TAG && !inspect_tag(out, &h))
			return false;
	return compare_texts(out, html, n, text, tn);
}

void inspection_free(struct inspection *i)
{
	buf_free(&i->links);
	buf_free(&i->words);
}
