/* The CSS reader: see css.h. */
#include "mail/css.h"

#include "base/ascii.h"
#include "mail/html.h"
#include "base/utf8.h"

#include <string.h>

#define WORD 24 /* longer than any function's name that is looked for */

void css_start(struct css *c, char const *s, size_t at, size_t end, bool attribute)
{
	*c = (struct css){.depth = 0};
	html_text_start(&c->t, s, at, end, attribute);
}

static bool is_name(int c)
{
	return c >= 0x80 || c == '-' || c == '_' || (c > 0 && (ascii_is_alpha((char)c) || ascii_is_digit((char)c)));
}

static bool is_line_end(int c)
{
	return c == '\n' || c == '\r' || c == '\f';
}

static void skip_comment(struct html_text *t)
{
	int c = html_text_next(t);
	while (c >= 0 && !(c == '*' && html_text_peek(t) == '/'))
		c = html_text_next(t);
	html_text_next(t);
}

/* Does an escape begin behind a backslash that was just read (4.3.8)? */
static bool is_escape(struct html_text const *t)
{
	int c = html_text_peek(t);
	return c >= 0 && !is_line_end(c);
}

/* An escape (4.3.7), its backslash having been read, to out as UTF-8; its length. */
static size_t escape(struct html_text *t, char out[4])
{
	int c = html_text_next(t);
	if (c > 0x7f || ascii_hex((char)c) < 0) {
		out[0] = (char)c;
		return 1;
	}
	unsigned long code = (unsigned long)ascii_hex((char)c);
	for (int digits = 1; digits < 6; digits++) {
		int d = html_text_peek(t);
		if (d < 0 || d > 0x7f || ascii_hex((char)d) < 0)
			break;
		code = code * 16 + (unsigned long)ascii_hex((char)d);
		html_text_next(t);
	}
	if (html_is_space(html_text_peek(t)))
		html_text_next(t);
	return utf8_write(code, out);
}

/* Adds to u what a backslash, just read, stands for: an escape, or a line that goes on. */
static void add_escape(struct html_text *t, struct url *u)
{
	char out[4];
	size_t from = t->from;
	if (is_escape(t)) {
		size_t n = escape(t, out);
		for (size_t i = 0; i < n; i++)
			url_add(u, (unsigned char)out[i], from, t->at);
	} else if (html_text_next(t) == '\r' && html_text_peek(t) == '\n') {
		html_text_next(t);
	}
}

/* A string, its quote having been read (4.3.5). False: a line end breaks it off. */
static bool string(struct html_text *t, int quote, struct url *u)
{
	url_start(u);
	for (int c = html_text_next(t); c >= 0 && c != quote; c = html_text_next(t)) {
		if (is_line_end(c))
			return false;
		if (c == '\\')
			add_escape(t, u);
		else
			url_add(u, c, t->from, t->at);
	}
	url_finish(u);
	return true;
}

/* What follows `url(` (4.3.6), up to its parenthesis. False: no URL. */
static bool unquoted(struct html_text *t, struct url *u)
{
	bool good = true, over = false;
	url_start(u);
	for (int c = html_text_next(t); c >= 0 && c != ')'; c = html_text_next(t)) {
		if (html_is_space(c)) {
			over = u->s.len;
			continue;
		}
		if (over || c == '"' || c == '\'' || c == '(')
			good = false;
		if (c == '\\' && !is_escape(t))
			good = false;
		else if (c == '\\')
			add_escape(t, u);
		else
			url_add(u, c, t->from, t->at);
	}
	url_finish(u);
	return good;
}

static bool name_follows(struct html_text const *t)
{
	struct html_text ahead = *t;
	int c = html_text_next(&ahead);
	return is_name(c) || (c == '\\' && is_escape(&ahead));
}

/* The name that follows goes to word, lowered; "" when it is longer. */
static void name(struct html_text *t, char word[WORD])
{
	size_t n = 0;
	while (name_follows(t)) {
		char out[4];
		int c = html_text_next(t);
		bool escaped = c == '\\';
		if (escaped)
			escape(t, out);
		if (n < WORD)
			word[n++] = ascii_lower(escaped ? out[0] : (char)c);
	}
	word[n < WORD ? n : 0] = 0;
}

/* A function's parenthesis has been read. True: u is its URL. */
static bool function(struct css *c, char const *word, struct url *u)
{
	bool url = !strcmp(word, "url");
	c->depth++;
	if (url || !strcmp(word, "src")) {
		while (html_is_space(html_text_peek(&c->t)))
			html_text_next(&c->t);
		int quote = html_text_peek(&c->t);
		if (quote == '"' || quote == '\'') {
			html_text_next(&c->t);
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

/* A name, of a function or of nothing. True: u is the function's URL. */
static bool word(struct css *c, struct url *u)
{
	char w[WORD];
	name(&c->t, w);
	if (html_text_peek(&c->t) != '(')
		return false;
	html_text_next(&c->t);
	return function(c, w, u);
}

/* `<!--` may stand in a style sheet (4.3.1, CDO); its `--` begins no name. */
static void skip_opener(struct html_text *t)
{
	struct html_text ahead = *t;
	if (html_text_next(&ahead) == '!' && html_text_next(&ahead) == '-' && html_text_next(&ahead) == '-')
		*t = ahead;
}

/* One token of any other kind. True: u is a URL. */
static bool token(struct css *c, struct url *u)
{
	char w[WORD];
	int o = html_text_next(&c->t);
	switch (o) {
	case '/':
		if (html_text_peek(&c->t) == '*') {
			html_text_next(&c->t);
			skip_comment(&c->t);
		}
		return false;
	case '"':
	case '\'':
		return string(&c->t, o, u) && c->set && c->set == c->depth;
	case '#': /* `#url(` and `@url(` are no functions (4.3.1) */
	case '@':
		name(&c->t, w);
		return false;
	case '<':
		skip_opener(&c->t);
		return false;
	case '(':
		c->depth++;
		return false;
	case ')':
		c->depth -= c->depth > 0;
		if (c->depth < c->set)
			c->set = 0;
		return false;
	}
	return false;
}

bool css_next(struct css *c, struct url *u)
{
	while (html_text_peek(&c->t) >= 0 && !u->failed)
		if (name_follows(&c->t) ? word(c, u) : token(c, u))
			return true;
	return false;
}
