/* The CSS reader: see css.h. */
#include "mail/css.h"

#include "base/ascii.h"
#include "mail/html.h"
#include "base/utf8.h"

#include <string.h>

#define WORD 24 /* longer than the names of the functions with URLs */

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

/* Does the backslash just read begin an escape (4.3.8)? */
static bool is_escape(struct html_text const *t)
{
	int c = html_text_peek(t);
	return c >= 0 && !is_line_end(c);
}

/* Reads an escape (4.3.7) after its backslash. Writes it as UTF-8; returns its length. */
static size_t read_escape(struct html_text *t, char out[4])
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

/* Reads what follows a backslash: an escape, which is added to u, or a line end, which is not. */
static void add_escape(struct html_text *t, struct url *u)
{
	char out[4];
	size_t from = t->from;
	if (is_escape(t)) {
		size_t n = read_escape(t, out);
		for (size_t i = 0; i < n; i++)
			url_add(u, (unsigned char)out[i], from, t->at);
	} else if (html_text_next(t) == '\r' && html_text_peek(t) == '\n') {
		html_text_next(t);
	}
}

/* Reads a string (4.3.5) after its quote. False: a line end cuts it off. */
static bool read_string(struct html_text *t, int quote, struct url *u)
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

/* Reads an unquoted URL (4.3.6) after `url(`, up to the parenthesis. False: it is malformed. */
static bool read_unquoted(struct html_text *t, struct url *u)
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

/* Reads a name to word, lowered; "" if it has no room there. */
static void read_name(struct html_text *t, char word[WORD])
{
	size_t n = 0;
	while (name_follows(t)) {
		char out[4];
		int c = html_text_next(t);
		bool escaped = c == '\\';
		if (escaped)
			read_escape(t, out);
		if (n < WORD)
			word[n++] = ascii_lower(escaped ? out[0] : (char)c);
	}
	word[n < WORD ? n : 0] = 0;
}

/* Reads a function after its parenthesis. True: u is its URL. */
static bool read_function(struct css *c, char const *word, struct url *u)
{
	bool url = !strcmp(word, "url");
	c->depth++;
	if (url || !strcmp(word, "src")) {
		while (html_is_space(html_text_peek(&c->t)))
			html_text_next(&c->t);
		int quote = html_text_peek(&c->t);
		if (quote == '"' || quote == '\'') {
			html_text_next(&c->t);
			return read_string(&c->t, quote, u);
		}
		if (url) {
			c->depth--;
			return read_unquoted(&c->t, u);
		}
	}
	if (!c->set && (!strcmp(word, "image-set") || !strcmp(word, "-webkit-image-set")))
		c->set = c->depth;
	return false;
}

/* Reads a name. True: it is a function's name, and u is the function's URL. */
static bool read_word(struct css *c, struct url *u)
{
	char w[WORD];
	read_name(&c->t, w);
	if (html_text_peek(&c->t) != '(')
		return false;
	html_text_next(&c->t);
	return read_function(c, w, u);
}

/* Skips a `<!--` (4.3.1, CDO), whose `--` would otherwise begin a name. */
static void skip_opener(struct html_text *t)
{
	struct html_text ahead = *t;
	if (html_text_next(&ahead) == '!' && html_text_next(&ahead) == '-' && html_text_next(&ahead) == '-')
		*t = ahead;
}

/* Reads a token of another kind. True: u is a URL. */
static bool read_token(struct css *c, struct url *u)
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
		return read_string(&c->t, o, u) && c->set && c->set == c->depth;
	case '#': /* `#url(` and `@url(` are not functions (4.3.1) */
	case '@':
		read_name(&c->t, w);
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
		if (name_follows(&c->t) ? read_word(c, u) : read_token(c, u))
			return true;
	return false;
}
