/* Header blocks, in one pass and without copies until a value is unfolded. */
#include "mail/header.h"

#include "base/ascii.h"

#include <string.h>

/* The line at s[at..n): *end is where its content ends; returns where the next begins. */
static size_t line_at(char const *s, size_t n, size_t at, size_t *end)
{
	char const *nl = memchr(s + at, '\n', n - at);
	*end = nl ? (size_t)(nl - s) : n;
	size_t next = nl ? *end + 1 : n;
	if (nl && *end > at && s[*end - 1] == '\r')
		--*end;
	return next;
}

static bool starts_field(char const *s, size_t n)
{
	return n && !ascii_is_blank(s[0]) && memchr(s, ':', n);
}

/* What stands before a message in an mbox file: mostly with a time, and so with a colon. */
static bool is_mbox_line(char const *s, size_t n)
{
	return n > 5 && !memcmp(s, "From ", 5) && memchr(s, '@', n);
}

bool header_may_start(char const *s, size_t n)
{
	return n && (ascii_is_blank(s[0]) || memchr(s, ':', n) || is_mbox_line(s, n));
}

size_t header_mark(char const *s, size_t n)
{
	return n >= 3 && !memcmp(s, "\xef\xbb\xbf", 3) ? 3 : 0;
}

size_t header_end(char const *s, size_t n, size_t *body)
{
	*body = 0;
	for (size_t at = 0; at < n;) {
		size_t end, next = line_at(s, n, at, &end);
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

/* RFC 5322 2.2: a name is printable ASCII without a space. The blanks that RFC 5322 4.5
   lets stand before the colon are cut. */
static size_t name_length(char const *s, size_t n)
{
	while (n && ascii_is_blank(s[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_print(s[i]) || s[i] == ' ')
			return 0;
	return n;
}

bool header_next(char const *s, size_t n, size_t *at, struct header_field *field)
{
	if (*at >= n)
		return false;
	size_t start = *at, end, next = line_at(s, n, start, &end);
	if (end == start)
		return false;
	size_t value = start;
	field->name = s + start;
	field->name_len = 0;
	if (starts_field(s + start, end - start)) {
		size_t colon = (size_t)((char const *)memchr(s + start, ':', end - start) - s);
		field->name_len = name_length(s + start, colon - start);
		value = colon + 1;
	}
	while (next < n) {
		size_t after = line_at(s, n, next, &end);
		if (end == next || starts_field(s + next, end - next))
			break;
		next = after;
	}
	field->value = s + value;
	field->value_len = next - value;
	*at = next;
	return true;
}

static bool is_edge(char c)
{
	return ascii_is_blank(c) || c == '\r';
}

bool header_unfold(struct buf *out, char const *s, size_t n)
{
	out->len = 0;
	if (!buf_reserve(out, n + 1)) /* a blank put in replaces at least a line end */
		return false;
	char *o = out->s;
	for (size_t at = 0; at < n;) {
		size_t end, next = line_at(s, n, at, &end);
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
