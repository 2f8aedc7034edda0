/* Charsets stated in HTML: see html_meta.h. */
#include "mail/html_meta.h"

#include "base/ascii.h"
#include "mail/html.h"
#include "mail/html_text.h"

#include <string.h>

struct place {
	size_t from, to;
};

/* Skips white space; returns the octet after it, or -1. */
static int skip_space(struct html_text *t)
{
	while (html_is_space(html_text_peek(t)))
		html_text_next(t);
	return html_text_peek(t);
}

/* Reads the word, if the rest begins with it. */
static bool read_word(struct html_text *t, char const *word)
{
	struct html_text ahead = *t;
	for (; *word; word++) {
		int c = html_text_next(&ahead);
		if (c < 0 || c > 0x7f || ascii_lower((char)c) != *word)
			return false;
	}
	*t = ahead;
	return true;
}

/* Reads the octets up to one of `ends`, white space or the end. */
static bool read_name(struct html_text *t, char const *ends, struct place *p)
{
	int c = skip_space(t);
	p->from = p->to = t->at;
	for (; c > 0 && !html_is_space(c) && !strchr(ends, c); c = html_text_peek(t)) {
		html_text_next(t);
		p->to = t->at;
	}
	return p->to > p->from;
}

/* Finds `charset=x` in a content attribute (WHATWG HTML 2.4.6, "extracting a character encoding
   from a meta element"). */
static bool find_in_content(struct html_text t, struct place *p)
{
	while (html_text_peek(&t) >= 0) {
		if (!read_word(&t, "charset")) {
			html_text_next(&t);
			continue;
		}
		if (skip_space(&t) != '=')
			continue;
		html_text_next(&t);
		int c = skip_space(&t);
		if (c != '"' && c != '\'')
			return read_name(&t, ";", p);
		html_text_next(&t);
		char const quote[] = {(char)c, 0};
		return read_name(&t, quote, p);
	}
	return false;
}

static bool is_content_type(struct html_text t)
{
	skip_space(&t);
	return read_word(&t, "content-type") && skip_space(&t) < 0;
}

/* Finds the charset named by the current meta tag. */
static bool find_in_meta(struct html *h, struct place *p)
{
	struct html_attribute a;
	struct html_text content;
	bool charset = false, equivalent = false, has_content = false;
	html_text_start(&content, h->s, 0, 0, true);
	while (html_attribute(h, &a)) {
		char const *n = h->s + a.name;
		size_t len = a.name_end - a.name;
		struct html_text t;
		html_text_start(&t, h->s, a.value, a.value_end, true);
		if (!charset && ascii_case_is(n, len, "charset")) {
			charset = read_name(&t, "", p);
		} else if (ascii_case_is(n, len, "http-equiv")) {
			equivalent = is_content_type(t);
		} else if (!has_content && ascii_case_is(n, len, "content")) {
			content = t;
			has_content = true;
		}
	}
	return charset || (equivalent && find_in_content(content, p));
}

/* Finds the charset of `<?xml version="1.0" encoding="x"?>`, which must be the first octets. */
static bool find_in_declaration(char const *s, size_t n, struct place *p)
{
	struct html_text t;
	char const *end = n ? memchr(s, '>', n) : NULL;
	if (!end)
		return false;
	html_text_start(&t, s, 0, (size_t)(end - s), false);
	if (!read_word(&t, "<?xml") || !html_is_space(html_text_peek(&t)))
		return false;
	for (; html_text_peek(&t) >= 0; html_text_next(&t)) {
		if (!read_word(&t, "encoding"))
			continue;
		if (skip_space(&t) != '=')
			return false;
		html_text_next(&t);
		int quote = skip_space(&t);
		if (quote != '"' && quote != '\'')
			return false;
		html_text_next(&t);
		return read_name(&t, quote == '"' ? "\"" : "'", p);
	}
	return false;
}

/* Finds the next charset stated after h->at. */
static bool find_next(struct html *h, struct place *p)
{
	if (!h->at && find_in_declaration(h->s, h->n, p)) {
		h->at = p->to;
		return true;
	}
	for (enum html_token t = html_next(h); t != HTML_END; t = html_next(h))
		if (t == HTML_TAG && !h->conditional
		    && ascii_case_is(h->s + h->from, h->to - h->from, "meta") && find_in_meta(h, p))
			return true;
	return false;
}

bool html_meta_charset(char const *html, size_t n, size_t *from, size_t *to)
{
	struct html h;
	struct place p;
	html_start(&h, html, n);
	if (!find_next(&h, &p))
		return false;
	*from = p.from;
	*to = p.to;
	return true;
}

bool html_meta_correct(char const *html, size_t n, struct buf *out)
{
	struct html h;
	struct place p;
	size_t copied = 0;
	if (n == 0)
		return true;
	html_start(&h, html, n);
	while (find_next(&h, &p)) {
		char const *is = html + p.from;
		size_t len = p.to - p.from;
		if (ascii_case_is(is, len, "utf-8") || ascii_case_is(is, len, "utf8"))
			continue;
		if (!buf_put(out, html + copied, p.from - copied)
		    || !buf_puts(out, html_text_is_open(html, p.from) ? ";utf-8" : "utf-8"))
			return false;
		copied = p.to;
	}
	return buf_put(out, html + copied, n - copied);
}
