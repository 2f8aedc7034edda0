/* MIME parameters: see param.h. Pieces of RFC 2231 are counted first, then collected and sorted. */
#include "mail/param.h"

#include "base/ascii.h"
#include "base/num.h"

#include <stdlib.h>
#include <string.h>

/* Does the octet end a word: a blank, a control or a special of RFC 2045 5.1? */
static bool is_special(char c)
{
	return (c >= 0 && c <= ' ') || c == 0x7f || memchr("()<>@,;:\\\"/[]?=", c, 15);
}

/* The offset after blanks and comments (RFC 5322 3.2.2), which may be nested. */
static size_t skip_comments(char const *s, size_t n, size_t i)
{
	for (size_t depth = 0; i < n; i++) {
		if (s[i] == '(')
			depth++;
		else if (depth && s[i] == ')')
			depth--;
		else if (depth && s[i] == '\\' && i + 1 < n)
			i++;
		else if (!depth && !ascii_is_blank(s[i]))
			break;
	}
	return i;
}

/* Appends the word at s[i..n), lowered; returns where it ends. out has room. */
static size_t put_word(struct buf *out, char const *s, size_t n, size_t i)
{
	while (i < n && !is_special(s[i]))
		out->s[out->len++] = ascii_lower(s[i++]);
	return i;
}

static size_t skip_quote(char const *s, size_t n, size_t i)
{
	i = skip_comments(s, n, i);
	return i < n && s[i] == '"' ? skip_comments(s, n, i + 1) : i;
}

bool param_word(struct buf *out, char const *s, size_t n)
{
	out->len = 0;
	if (!buf_reserve(out, n + 1))
		return false;
	put_word(out, s, n, skip_quote(s, n, 0));
	out->s[out->len] = 0;
	return true;
}

bool param_type(struct buf *out, char const *s, size_t n)
{
	out->len = 0;
	if (!buf_reserve(out, n + 1))
		return false;
	size_t i = skip_comments(s, n, put_word(out, s, n, skip_quote(s, n, 0)));
	size_t slash = out->len;
	if (slash && i < n && s[i] == '/') {
		out->s[out->len++] = '/';
		put_word(out, s, n, skip_comments(s, n, i + 1));
	}
	if (out->len < slash + 2)
		out->len = 0;
	out->s[out->len] = 0;
	return true;
}

/* A parameter, not decoded. */
struct raw {
	char const *name, *value;
	size_t name_len, value_len;
	bool quoted; /* value is between the quotes and has its backslashes */
};

/* Does another `name=` begin at s[i]? Then a semicolon was forgotten. */
static bool begins_parameter(char const *s, size_t n, size_t i)
{
	size_t start = i;
	while (i < n && !is_special(s[i]))
		i++;
	return i > start && i < n && s[i] == '=';
}

/* The end of the unquoted value at s[i]. There is mail with `boundary=a b`, with `charset=utf-8
   format=flowed` and with `charset=utf-8 (plain)`. */
static size_t bare_end(char const *s, size_t n, size_t i)
{
	size_t end = i;
	while (i < n && s[i] != ';') {
		if (!ascii_is_blank(s[i])) {
			end = ++i;
			continue;
		}
		while (i < n && ascii_is_blank(s[i]))
			i++;
		if (i < n && (s[i] == '(' || begins_parameter(s, n, i)))
			break;
	}
	return end;
}

static size_t quoted_end(char const *s, size_t n, size_t i)
{
	while (i < n && s[i] != '"')
		i += s[i] == '\\' && i + 1 < n ? 2 : 1;
	return i;
}

/* Reads the value at s[i] into p; returns where it ends. */
static size_t read_value(struct raw *p, char const *s, size_t n, size_t i)
{
	while (i < n && ascii_is_blank(s[i]))
		i++;
	p->quoted = i < n && s[i] == '"';
	if (p->quoted)
		i++;
	p->value = s + i;
	size_t end = p->quoted ? quoted_end(s, n, i) : bare_end(s, n, i);
	p->value_len = end - i;
	return p->quoted && end < n ? end + 1 : end;
}

/* Finds the next parameter; skips words without a value. */
static bool next_parameter(char const *s, size_t n, size_t *at, struct raw *p)
{
	for (size_t i = *at; i < n;) {
		i = skip_comments(s, n, i);
		size_t start = i;
		while (i < n && !is_special(s[i]))
			i++;
		p->name = s + start;
		p->name_len = i - start;
		while (i < n && ascii_is_blank(s[i]))
			i++;
		if (p->name_len && i < n && s[i] == '=') {
			*at = read_value(p, s, n, i + 1);
			return true;
		}
		if (i < n && s[i] == '"')
			i = quoted_end(s, n, i + 1) + 1;
		else if (i < n && is_special(s[i]) && s[i] != '(' && !ascii_is_blank(s[i]))
			i++;
	}
	return false;
}

enum form { FORM_OTHER, FORM_PLAIN, FORM_PIECE };

struct piece {
	struct raw raw;
	uint64_t number; /* of `name*`: 0 (RFC 2231 4) */
	bool extended;
};

/* Is p the parameter `name`, and in which form? Sets the number and extended of a piece. */
static enum form form_of(struct raw const *p, char const *name, struct piece *piece)
{
	size_t n = strlen(name);
	if (!ascii_case_starts(p->name, p->name_len, name))
		return FORM_OTHER;
	if (p->name_len == n)
		return FORM_PLAIN;
	char const *s = p->name + n;
	size_t left = p->name_len - n;
	if (*s != '*')
		return FORM_OTHER;
	*piece = (struct piece){*p, 0, s[left - 1] == '*'};
	if (left == 1)
		return FORM_PIECE;
	left -= piece->extended ? 2 : 1;
	return num_scan(s + 1, left, UINT64_MAX, &piece->number) ? FORM_PIECE : FORM_OTHER;
}

/* Appends a value. Undoes backslashes if it is quoted, %XX if it is extended. */
static bool append_value(struct buf *out, struct raw const *p, bool extended)
{
	if (!buf_reserve(out, p->value_len))
		return false;
	char const *s = p->value;
	for (size_t i = 0; i < p->value_len; i++) {
		char c = s[i];
		if (p->quoted && c == '\\' && i + 1 < p->value_len) {
			c = s[++i];
		} else if (extended && c == '%' && p->value_len - i > 2
			&& ascii_hex(s[i + 1]) >= 0 && ascii_hex(s[i + 2]) >= 0) {
			c = (char)(ascii_hex(s[i + 1]) << 4 | ascii_hex(s[i + 2]));
			i += 2;
		}
		if (c)
			out->s[out->len++] = c;
	}
	return true;
}

/* Cuts `charset'language'` from the beginning of an extended value. */
static bool split_charset(struct raw *p, struct buf *charset)
{
	char const *first = memchr(p->value, '\'', p->value_len);
	if (!first)
		return true;
	size_t n = (size_t)(first - p->value);
	char const *second = memchr(first + 1, '\'', p->value_len - n - 1);
	if (!second)
		return true;
	if (charset && !buf_put(charset, p->value, n))
		return false;
	size_t used = (size_t)(second - p->value) + 1;
	p->value += used;
	p->value_len -= used;
	return true;
}

/* By number; equal numbers, by their order in the value. */
static int compare_pieces(void const *a, void const *b)
{
	struct piece const *x = a, *y = b;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->raw.name > y->raw.name) - (x->raw.name < y->raw.name);
}

static bool join_pieces(struct buf *out, struct buf *charset, struct piece *pieces, size_t n)
{
	qsort(pieces, n, sizeof *pieces, compare_pieces);
	for (size_t i = 0; i < n; i++) {
		struct piece *p = pieces + i;
		if (i && p->number == p[-1].number)
			continue;
		if (i == 0 && p->extended && !split_charset(&p->raw, charset))
			return false;
		if (!append_value(out, &p->raw, p->extended))
			return false;
	}
	return true;
}

/* Joins the pieces of `name` in s; there are `count` of them. */
static int collect_pieces(struct buf *out, struct buf *charset, char const *s, size_t n,
	char const *name, size_t count)
{
	struct piece *pieces = calloc(count, sizeof *pieces);
	if (!pieces)
		return -1;
	struct raw p;
	size_t have = 0;
	for (size_t at = 0; have < count && next_parameter(s, n, &at, &p);)
		have += form_of(&p, name, pieces + have) == FORM_PIECE;
	int found = join_pieces(out, charset, pieces, have) ? 1 : -1;
	free(pieces);
	return found;
}

static int find_value(struct buf *out, struct buf *charset, char const *s, size_t n, char const *name)
{
	size_t count = 0;
	struct raw p;
	struct piece piece;
	for (size_t at = 0; next_parameter(s, n, &at, &p);) {
		enum form form = form_of(&p, name, &piece);
		if (form == FORM_PLAIN && !count)
			return append_value(out, &p, false) ? 1 : -1;
		count += form == FORM_PIECE;
	}
	return count ? collect_pieces(out, charset, s, n, name, count) : 0;
}

static bool terminate_buffer(struct buf *b)
{
	if (!buf_putc(b, 0))
		return false;
	b->len--;
	return true;
}

int param_find(struct buf *out, struct buf *charset, char const *s, size_t n, char const *name)
{
	out->len = 0;
	if (charset)
		charset->len = 0;
	int found = find_value(out, charset, s, n, name);
	if (found >= 0 && (!terminate_buffer(out) || (charset && !terminate_buffer(charset))))
		return -1;
	return found;
}
