/* Header blocks, in one pass and without copies until a value is unfolded. */
#include "mail/header.h"

#include "base/ascii.h"
#include "base/scan.h"

#include <string.h>

size_t header_mark(char const *s, size_t n)
{
	return n >= 3 && !memcmp(s, "\xef\xbb\xbf", 3) ? 3 : 0;
}

size_t header_line(char const *s, size_t n, size_t at, size_t *end)
{
	char const *lf = scan_for(s + at, '\n', n - at);
	*end = lf ? (size_t)(lf - s) : n;
	if (!lf)
		return n;
	size_t next = *end + 1;
	if (*end > at && s[*end - 1] == '\r')
		--*end;
	return next;
}

static bool is_edge(char c)
{
	return ascii_is_blank(c) || c == '\r';
}

/* RFC 5322 2.2: a name is printable ASCII without a space. The blanks that RFC 5322 4.5
   allows before the colon are cut. */
static size_t name_length(char const *s, size_t n)
{
	while (n && ascii_is_blank(s[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_print(s[i]) || s[i] == ' ')
			return 0;
	return n;
}

enum header_kind header_line_kind(char const *s, size_t n, size_t *name_len)
{
	*name_len = 0;
	if (is_edge(s[0])) {
		for (size_t i = 1; i < n; i++)
			if (!is_edge(s[i]))
				return HEADER_FOLD;
		return HEADER_BLANKS;
	}
	char const *colon = s[0] == '<' ? NULL : memchr(s, ':', n);
	if (colon)
		*name_len = name_length(s, (size_t)(colon - s));
	return *name_len ? HEADER_FIELD : HEADER_OTHER;
}

static bool has_colon(char const *s, size_t n)
{
	return n && s[0] != '<' && memchr(s, ':', n);
}

static bool starts_field(char const *s, size_t n)
{
	return n && !ascii_is_blank(s[0]) && has_colon(s, n);
}

/* Is it the `From ` line before a message in an mbox file? Most have a time, and so a colon. */
static bool is_mbox_line(char const *s, size_t n)
{
	return n > 5 && !memcmp(s, "From ", 5) && memchr(s, '@', n);
}

bool header_may_start(char const *s, size_t n)
{
	return n && (ascii_is_blank(s[0]) || has_colon(s, n) || is_mbox_line(s, n));
}

size_t header_end(char const *s, size_t n, size_t *body)
{
	*body = 0;
	for (size_t at = 0; at < n;) {
		size_t end, next = header_line(s, n, at, &end);
		if (end == at) {
			*body = next;
			return at;
		}
		if (at == 0 && !header_may_start(s, end))
			return 0;
		at = next;
	}
	*body = n;
	return n;
}

/* --- Values ----------------------------------------------------------------------------- */

void header_value_start(struct header_value *v)
{
	*v = (struct header_value){.last = ':'};
}

void header_value_add(struct header_value *v, char const *line, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (v->quoted && line[i] == '\\')
			i++;
		else if (line[i] == '"')
			v->quoted = !v->quoted;
	}
	while (n && is_edge(line[n - 1]))
		n--;
	if (n)
		v->last = line[n - 1];
}

static bool is_parameter(char const *s, size_t n)
{
	static char const *const names[] = {
		"boundary", "charset", "name", "filename", "format", "delsp", "type", "start", "start-info", "size",
		"creation-date", "modification-date", "read-date", "report-type", "protocol", "micalg", "reply-type", "method",
	};
	size_t len = 0;
	while (len < n && (ascii_is_alpha(s[len]) || s[len] == '-'))
		len++;
	size_t at = len;
	while (at < n && (s[at] == '*' || ascii_is_digit(s[at]) || ascii_is_blank(s[at])))
		at++;
	if (at == n || s[at] != '=')
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (ascii_case_is(s, len, names[i]))
			return true;
	return false;
}

bool header_value_continues(struct header_value const *v, char const *line, size_t n)
{
	return v->quoted || memchr(";,=:", v->last, 4) || (n && line[0] == ';') || is_parameter(line, n);
}

/* --- Fields ----------------------------------------------------------------------------- */

static bool has_syntax(char const *name, size_t n)
{
	return n > 8 && ascii_case_starts(name, n, "Content-");
}

bool header_next(char const *s, size_t n, size_t *at, struct header_field *field)
{
	if (*at >= n)
		return false;
	size_t start = *at, end, next = header_line(s, n, start, &end), value = start;
	if (end == start)
		return false;
	struct header_value v;
	field->name = s + start;
	field->name_len = 0;
	if (starts_field(s + start, end - start)) {
		size_t colon = (size_t)((char const *)memchr(s + start, ':', end - start) - s);
		field->name_len = name_length(s + start, colon - start);
		value = colon + 1;
	}
	bool syntax = has_syntax(field->name, field->name_len);
	header_value_start(&v);
	if (syntax)
		header_value_add(&v, s + value, end - value);
	while (next < n) {
		size_t after = header_line(s, n, next, &end);
		if (end == next || starts_field(s + next, end - next))
			break;
		if (syntax && !is_edge(s[next]) && !header_value_continues(&v, s + next, end - next))
			break;
		if (syntax)
			header_value_add(&v, s + next, end - next);
		next = after;
	}
	field->value = s + value;
	field->value_len = next - value;
	*at = next;
	return true;
}

bool header_unfold(struct buf *out, char const *s, size_t n)
{
	out->len = 0;
	if (!buf_reserve(out, n + 1)) /* a blank put in replaces at least a line end */
		return false;
	char *o = out->s;
	for (size_t at = 0; at < n;) {
		size_t end, next = header_line(s, n, at, &end);
		if (at && end > at && !ascii_is_blank(s[at]) && o > out->s)
			*o++ = ' ';
		for (size_t i = at; i < end; i++)
			if (s[i] && (o > out->s || !is_edge(s[i])))
				*o++ = s[i];
		at = next;
	}
	while (o > out->s && is_edge(o[-1]))
		o--;
	*o = 0;
	out->len = (size_t)(o - out->s);
	return true;
}

int header_find(char const *s, size_t n, char const *name, struct buf *value)
{
	struct header_field f;
	for (size_t at = 0; header_next(s, n, &at, &f);)
		if (f.name_len && ascii_case_is(f.name, f.name_len, name))
			return header_unfold(value, f.value, f.value_len) ? 1 : -1;
	return 0;
}
