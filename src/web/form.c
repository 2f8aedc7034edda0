/* Reading forms, in place. */
#include "web/form.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/num.h"
#include "mail/header.h"
#include "mail/param.h"

#include <stdlib.h>
#include <string.h>

static enum form_fault add_field(struct form *f, char const *name, char const *value, size_t len)
{
	if (f->count == FORM_FIELDS)
		return FORM_TOO_MANY;
	f->field[f->count++] = (struct form_field){name, value, len};
	return FORM_OK;
}

/* Undoes `+` and %XX in s[0..n) and terminates it: s[n] is a separator or the end. False: a
   NUL. */
static bool decode_word(char *s, size_t n, size_t *len)
{
	size_t to = 0;
	for (size_t i = 0; i < n; i++) {
		char c = s[i] == '+' ? ' ' : s[i];
		if (c == '%' && n - i > 2 && ascii_hex(s[i + 1]) >= 0 && ascii_hex(s[i + 2]) >= 0) {
			c = (char)(ascii_hex(s[i + 1]) * 16 + ascii_hex(s[i + 2]));
			i += 2;
		}
		if (c == 0)
			return false;
		s[to++] = c;
	}
	s[to] = 0;
	*len = to;
	return true;
}

enum form_fault form_read_urlencoded(struct form *f, char *s, size_t n)
{
	for (size_t at = 0; at < n;) {
		char *amp = memchr(s + at, '&', n - at);
		size_t end = amp ? (size_t)(amp - s) : n, name_len, value_len = 0;
		char *eq = memchr(s + at, '=', end - at), *value = eq ? eq + 1 : s + end;
		size_t name_end = eq ? (size_t)(eq - s) : end;
		if (end > at) {
			if (eq && !decode_word(value, end - name_end - 1, &value_len))
				return FORM_SYNTAX;
			if (!decode_word(s + at, name_end - at, &name_len))
				return FORM_SYNTAX;
			enum form_fault r = add_field(f, s + at, eq ? value : s + at + name_len, value_len);
			if (r != FORM_OK)
				return r;
		}
		at = end + 1;
	}
	return FORM_OK;
}

/* --- multipart/form-data ------------------------------------------------------------------- */

/* May s[0..n) follow the boundary in a delimiter line? */
static bool ends_delimiter(char const *s, size_t n)
{
	return n == 0 || s[0] == '\r' || s[0] == '\n' || ascii_is_blank(s[0]) || (n > 1 && s[0] == '-' && s[1] == '-');
}

/* The offset of the next delimiter line, at or after `at`; n: not found. */
static size_t find_delimiter(char const *s, size_t n, size_t at, char const *boundary, size_t len)
{
	while (at + 2 + len <= n) {
		char const *dash = memchr(s + at, '-', n - at);
		if (!dash)
			break;
		at = (size_t)(dash - s);
		size_t end = at + 2 + len;
		if (end <= n && s[at + 1] == '-' && memcmp(s + at + 2, boundary, len) == 0 && (at == 0 || s[at - 1] == '\n')
			&& ends_delimiter(s + end, n - end))
			return at;
		at++;
	}
	return n;
}

/* Writes the field's name over the part's header; terminates its value in place. */
static enum form_fault read_part(struct form *f, char *s, size_t n)
{
	size_t body, block = header_end(s, n, &body);
	struct buf value = BUF_ZERO, name = BUF_ZERO;
	bool named = block < n && header_find(s, block, "Content-Disposition", &value) == 1
		&& param_find(&name, NULL, value.s, value.len, "name") == 1 && name.len < body;
	if (named) {
		memcpy(s, name.s, name.len);
		s[name.len] = 0;
	}
	buf_free(&value);
	buf_free(&name);
	if (!named || memchr(s + body, 0, n - body))
		return FORM_SYNTAX;
	s[n] = 0;
	return add_field(f, s, s + body, n - body);
}

static enum form_fault read_multipart(struct form *f, char *s, size_t n, char const *boundary, size_t len)
{
	size_t at = find_delimiter(s, n, 0, boundary, len);
	while (at < n) {
		size_t from = at + 2 + len;
		if (n - from >= 2 && s[from] == '-' && s[from + 1] == '-')
			return FORM_OK;
		char *lf = memchr(s + from, '\n', n - from);
		if (!lf)
			return FORM_SYNTAX;
		from = (size_t)(lf - s) + 1;
		at = find_delimiter(s, n, from, boundary, len);
		if (at == n)
			return FORM_SYNTAX;
		size_t end = at - 1; /* the line end belongs to the delimiter */
		if (end > from && s[end - 1] == '\r')
			end--;
		enum form_fault r = end < from ? FORM_SYNTAX : read_part(f, s + from, end - from);
		if (r != FORM_OK)
			return r;
	}
	return FORM_SYNTAX;
}

enum form_fault form_read_body(struct form *f, char const *type, char *s, size_t n)
{
	struct buf word = BUF_ZERO, boundary = BUF_ZERO;
	enum form_fault r = FORM_TYPE;
	if (!param_type(&word, type, strlen(type)))
		r = FORM_SYNTAX;
	else if (ascii_case_is(word.s, word.len, "application/x-www-form-urlencoded"))
		r = form_read_urlencoded(f, s, n);
	else if (ascii_case_is(word.s, word.len, "multipart/form-data")
		&& param_find(&boundary, NULL, type, strlen(type), "boundary") == 1 && boundary.len && boundary.len <= 70)
		r = read_multipart(f, s, n, boundary.s, boundary.len);
	buf_free(&word);
	buf_free(&boundary);
	return r;
}

char const *form_value(struct form const *f, char const *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->field[i].name, name) == 0)
			return f->field[i].value;
	return NULL;
}

uint64_t form_number(struct form const *f, char const *name)
{
	char const *s = form_value(f, name);
	uint64_t v = 0;
	(void)(s && num_scan(s, strlen(s), INT64_MAX, &v));
	return v;
}
