/* Mail addresses: see address.h. */
#include "mail/address.h"

#include "base/ascii.h"
#include "mail/punycode.h"
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/* Is it atext (RFC 5322 3.2.3) or a dot? The dot is allowed anywhere: mobile carriers gave out
   a..b@ and .a@. */
static bool is_dot_atext(char c)
{
	switch (c) {
	case '!': case '#': case '$': case '%': case '&': case '\'': case '*': case '+': case '-': case '/':
	case '=': case '?': case '^': case '_': case '`': case '{': case '|': case '}': case '~': case '.':
		return true;
	default:
		return ascii_is_alpha(c) || ascii_is_digit(c) || (unsigned char)c >= 0x80;
	}
}

/* The length of the local part at the start of s (RFC 5321 4.1.2); 0: it is malformed. */
static size_t local_length(char const *s, size_t n)
{
	size_t i = 0;
	if (n && s[0] == '"') {
		for (i = 1; i < n && s[i] != '"'; i++) {
			if (s[i] == '\\' && ++i == n)
				return 0;
			if (!ascii_is_print(s[i]) && (unsigned char)s[i] < 0x80)
				return 0;
		}
		return i < n ? i + 1 : 0;
	}
	while (i < n && is_dot_atext(s[i]))
		i++;
	return i;
}

/* Is it an address literal, such as [192.0.2.1] or [IPv6:2001:db8::1] (RFC 5321 4.1.3)? */
static bool is_literal(char const *s, size_t n)
{
	if (n < 3 || s[0] != '[' || s[n - 1] != ']')
		return false;
	for (size_t i = 1; i < n - 1; i++)
		if (!ascii_is_alpha(s[i]) && !ascii_is_digit(s[i]) && !(s[i] && strchr(".:-", s[i])))
			return false;
	return true;
}

/* Labels of letters, digits, hyphens and underscores (which exist in the wild), or of UTF-8.
   None is empty or has a hyphen at its beginning or end; none of ASCII is longer than
   PUNYCODE_LABEL octets. */
static bool is_domain(char const *s, size_t n)
{
	size_t label = 0;
	bool ascii = true;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c == '.') {
			if (label == 0 || s[i - 1] == '-')
				return false;
			label = 0;
			ascii = true;
			continue;
		}
		ascii = ascii && (unsigned char)c < 0x80;
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '_' && (unsigned char)c < 0x80
			&& (c != '-' || label == 0))
			return false;
		if (++label > PUNYCODE_LABEL && ascii)
			return false;
	}
	return label > 0 && s[n - 1] != '-';
}

/* The code point of the well-formed UTF-8 at s; *step: its octets. */
static uint32_t code_at(char const *s, size_t *step)
{
	unsigned char first = (unsigned char)*s;
	*step = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	return (uint32_t)utf8_code(s, *step);
}

/* Is it a control, or a character that has no width or changes the direction of the text
   (Unicode's format characters, fillers and variation selectors)? */
static bool is_invisible(uint32_t code)
{
	static struct {
		uint32_t from, to;
	} const ranges[] = {
		{0x80, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f},
		{0x890, 0x891}, {0x8e2, 0x8e2}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f},
		{0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
		{0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
	};
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	return false;
}

/* Has s[0..n), well-formed UTF-8, an invisible character? */
static bool has_invisible(char const *s, size_t n)
{
	for (size_t i = 0, step; i < n; i += step)
		if (is_invisible(code_at(s + i, &step)))
			return true;
	return false;
}

enum address_fault address_check(char const *s, size_t n, bool utf8)
{
	if (n == 0)
		return ADDRESS_EMPTY;
	size_t local = local_length(s, n);
	if (local == 0 || local >= n || s[local] != '@')
		return ADDRESS_SYNTAX;
	char const *domain = s + local + 1;
	size_t rest = n - local - 1;
	if (!is_domain(domain, rest) && !is_literal(domain, rest))
		return ADDRESS_SYNTAX;
	if (local > ADDRESS_LOCAL || n > ADDRESS_MAX)
		return ADDRESS_LONG;
	if (ascii_only(s, n))
		return ADDRESS_OK;
	if (!utf8 || !utf8_valid(s, n))
		return ADDRESS_8BIT;
	return has_invisible(s, n) ? ADDRESS_SYNTAX : ADDRESS_OK;
}

/* --- The normal form -------------------------------------------------------------------- */

/* Writes the quoted local part s[0..n), without quotes that it does not need; returns its length. */
static size_t unquote_local(char const *s, size_t n, char *out)
{
	bool needed = n == 2;
	size_t len = 0;
	for (size_t i = 1; i < n - 1; i++) {
		i += s[i] == '\\';
		needed = needed || !is_dot_atext(s[i]);
	}
	if (needed)
		out[len++] = '"';
	for (size_t i = 1; i < n - 1; i++) {
		i += s[i] == '\\';
		if (s[i] == '"' || s[i] == '\\')
			out[len++] = '\\';
		out[len++] = ascii_lower(s[i]);
	}
	if (needed)
		out[len++] = '"';
	return len;
}

/* Lowers A-Z and the capitals of Latin-1: a U-label has none (RFC 5891 4.2.3.1). */
static uint32_t lower_code(uint32_t c)
{
	return c < 0x80 ? (unsigned char)ascii_lower((char)c) : c >= 0xc0 && c <= 0xde && c != 0xd7 ? c + 0x20 : c;
}

/* Writes the A-label of the label s[0..n); returns its length. 0: it is too long. */
static size_t ascii_label(char const *s, size_t n, char out[PUNYCODE_LABEL])
{
	uint32_t code[PUNYCODE_LABEL];
	size_t count = 0;
	for (size_t i = 0, step; i < n; i += step) {
		if (count == PUNYCODE_LABEL)
			return 0;
		code[count++] = lower_code(code_at(s + i, &step));
	}
	return punycode_label(code, count, out);
}

/* Appends the domain s[0..n) to out, of which *len octets are used. */
static bool put_domain(char const *s, size_t n, char out[ADDRESS_MAX], size_t *len)
{
	for (size_t at = 0, end; at < n; at = end) {
		char label[PUNYCODE_LABEL];
		char const *dot = memchr(s + at, '.', n - at);
		size_t octets = (dot ? (size_t)(dot - s) : n) - at;
		end = at + octets + (dot ? 1 : 0);
		bool ascii = ascii_only(s + at, octets);
		size_t labelled = ascii ? octets : ascii_label(s + at, octets, label);
		if ((!labelled && octets) || labelled + (dot ? 1 : 0) > ADDRESS_MAX - *len)
			return false;
		memcpy(out + *len, ascii ? s + at : label, labelled);
		*len += labelled;
		if (dot)
			out[(*len)++] = '.';
	}
	return true;
}

bool address_normalize(char const *s, size_t n, char out[ADDRESS_MAX], size_t *len)
{
	if (s[0] != '"' && ascii_only(s, n)) { /* the common case, four times as fast */
		for (size_t i = 0; i < n; i++)
			out[i] = ascii_lower(s[i]);
		*len = n;
		return true;
	}
	size_t local = local_length(s, n);
	if (s[0] == '"') {
		*len = unquote_local(s, local, out);
	} else {
		memcpy(out, s, local);
		*len = local;
	}
	out[(*len)++] = '@';
	if (!put_domain(s + local + 1, n - local - 1, out, len))
		return false;
	ascii_lower_all(out, *len);
	return true;
}

/* --- Paths ------------------------------------------------------------------------------ */

/* The offset of the `>`, or of the blank, that ends the path at s, or n. A quoted one belongs to the
   local part. */
static size_t path_end(char const *s, size_t n, bool at_blank)
{
	bool quoted = false;
	for (size_t i = 0; i < n; i++) {
		if (quoted && s[i] == '\\')
			i++;
		else if (s[i] == '"')
			quoted = !quoted;
		else if (!quoted && (at_blank ? ascii_is_blank(s[i]) : s[i] == '>'))
			return i;
	}
	return n;
}

/* The length of a source route `@a,@b:` at the start of s, or 0. */
static size_t route_length(char const *s, size_t n)
{
	if (n == 0 || s[0] != '@')
		return 0;
	char const *colon = memchr(s, ':', n);
	if (!colon)
		return 0;
	for (char const *p = s; p < colon; p++)
		if (ascii_is_blank(*p) || *p == '"')
			return 0;
	return (size_t)(colon - s) + 1;
}

enum address_fault address_path(char const *s, size_t n, bool utf8,
	size_t *at, size_t *len, size_t *used)
{
	size_t start = 0, end;
	while (start < n && ascii_is_blank(s[start]))
		start++;
	if (start < n && s[start] == '<') {
		start++;
		end = start + path_end(s + start, n - start, false);
		if (end == n)
			return ADDRESS_SYNTAX;
		*used = end + 1;
	} else {
		end = start + path_end(s + start, n - start, true);
		*used = end;
	}
	while (start < end && ascii_is_blank(s[start]))
		start++;
	while (end > start && ascii_is_blank(s[end - 1]))
		end--;
	start += route_length(s + start, end - start);
	*at = start;
	*len = end - start;
	return address_check(s + start, end - start, utf8);
}

bool address_is_plan(char const *s, size_t n)
{
	if (n == 0 || n > PLAN_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!(s[i] >= 'a' && s[i] <= 'z') && !ascii_is_digit(s[i]) && s[i] != '_' && s[i] != '-')
			return false;
	return true;
}

size_t address_login_plan(char const *s, size_t n)
{
	size_t dot = n;
	while (dot > 0 && s[dot - 1] != '.')
		dot--;
	if (dot < 2 || !address_is_plan(s + dot, n - dot))
		return 0;
	return dot;
}
