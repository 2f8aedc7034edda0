/* The CSS reader: see css.h. */
#include "core/css.h"

#include "core/ascii.h"
#include "core/html.h"
#include "core/utf8.h"

#include <string.h>

#define WORD 24 /* longer than any function's name that is looked for */

void css_start(struct css *c, char const *s, size_t at, size_t end, bool attribute)
{
	*c = (struct css){.depth = 0};
	htmltext_start(&c->t, s, at, end, attribute);
}

static bool is_name(int c)
{
	return c >= 0x80 || c == '-' || c == '_' || (c > 0 && (ascii_is_alpha((char)c) || ascii_is_digit((char)c)));
}

static bool is_line_end(int c)
{
	return c == '\n' || c == '\r' || c == '\f';
}

static void skip_comment(struct htmltext *t)
{
	int c = htmltext_next(t);
	while (c >= 0 && !(c == '*' && htmltext_peek(t) == '/'))
		c = htmltext_next(t);
	htmltext_next(t);
}

/* An escape (4.3.7), its backslash having been read at `from`, to u. */
static void escape(struct htmltext *t, struct url *u, size_t from)
{
	int c = htmltext_next(t);
	if (c < 0 || c > 0x7f || ascii_hex((char)c) < 0) {
		if (c == '\r' && htmltext_peek(t) == '\n')
			htmltext_next(t);
		if (c >= 0 && !is_line_end(c))
			url_add(u, c, from, t->at);
		return;
	}
	unsigned long code = (unsigned long)ascii_hex((char)c);
	for (int digits = 1; digits < 6; digits++) {
		int d = htmltext_peek(t);
		if (d < 0 || d > 0x7f || ascii_hex((char)d) < 0)
			break;
		code = code * 16 + (unsigned long)ascii_hex((char)d);
		htmltext_next(t);
	}
	if (html_is_space(htmltext_peek(t)))
		htmltext_next(t);
	char out[4];
	size_t n = utf8_write(code, out);
	for (size_t i = 0; i < n; i++)
		url_add(u, (unsigned char)out[i], from, t->at);
}

/* A string, its quote having been read (4.3.5). False: a line end breaks it off. */
static bool string(struct htmltext *t, int quote, struct url *u)
{
	url_start(u);
	for (int c = htmltext_next(t); c >= 0 && c != quote; c = htmltext_next(t)) {
		if (is_line_end(c))
			return false;
		if (c == '\\')
			escape(t, u, t->from);
		else
			url_add(u, c, t->from, t->at);
	}
	url_finish(u);
	return true;
}

/* What follows `url(` (4.3.6), up to its parenthesis. False: no URL. */
static bool unquoted(struct htmltext *t, struct url *u)
{
	bool good = true, over = false;
	url_start(u);
	for (int c = htmltext_next(t); c >= 0 && c != ')'; c = htmltext_next(t)) {
		if (html_is_space(c)) {
			over = u->s.len;
			continue;
		}
		if (over || c == '"' || c == '\'' || c == '(')
			good = false;
		if (c == '\\')
			escape(t, u, t->from);
		else
			url_add(u, c, t->from, t->at);
	}
	url_finish(u);
	return good;
}

/* A name that begins with c goes to word, lowered; "" when it is longer. */
static void name(struct htmltext *t, int c, char word[WORD])
{
	size_t n = 0;
	for (;;) {
		if (n < WORD - 1)
			word[n] = ascii_lower((char)c);
		n++;
		if (!is_name(htmltext_peek(t)))
			break;
		c = htmltext_next(t);
	}
	word[n < WORD ? n : 0] = 0;
}

/* A function's parenthesis has been read. True: u is its URL. */
static bool function(struct css *c, char const *word, struct url *u)
{
	bool url = !strcmp(word, "url");
	c->depth++;
	if (url || !strcmp(word, "src")) {
		while (html_is_space(htmltext_peek(&c->t)))
			htmltext_next(&c->t);
		int quote = htmltext_peek(&c->t);
		if (quote == '"' || quote == '\'') {
			htmltext_next(&c->t);
			return string(&c->t, quote, u);
		}
		if (url) {
			c->depth--;
			return unquoted(&c->t, u);
		}
	}
	if (!c->set && (!strcmp(word, "image-set") || !strcmp(word, "-webkit-image-set")))
		c->set = c->depth;
	return false;
}

bool css_next(struct css *c, struct url *u)
{
	for (int o = htmltext_next(&c->t); o >= 0 && !u->failed; o = htmltext_next(&c->t)) {
		char word[WORD];
		if (o == '/' && htmltext_peek(&c->t) == '*') {
			htmltext_next(&c->t);
			skip_comment(&c->t);
		} else if (o == '"' || o == '\'') {
			if (string(&c->t, o, u) && c->set && c->set == c->depth)
				return true;
		} else if (o == '\\') {
			htmltext_next(&c->t);
		} else if (is_name(o)) {
			name(&c->t, o, word);
			if (htmltext_peek(&c->t) != '(')
				continue;
			htmltext_next(&c->t);
			if (function(c, word, u))
				return true;
		} else if (o == '(') {
			c->depth++;
		} else if (o == ')') {
			c->depth -= c->depth > 0;
			if (c->depth < c->set)
				c->set = 0;
		}
	}
	return false;
}
