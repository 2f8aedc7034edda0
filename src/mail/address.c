/* Mail addresses. */
#include "mail/address.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <string.h>

/* RFC 5322 3.2.3 atext, and the dot anywhere: carriers have handed out a..b@ and .a@. */
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

/* Octets of the local part at the start of s, 0 if there is none (RFC 5321 4.1.2). */
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

/* An address literal: [192.0.2.1], [IPv6:2001:db8::1] (RFC 5321 4.1.3). */
static bool is_literal(char const *s, size_t n)
{
	if (n < 3 || s[0] != '[' || s[n - 1] != ']')
		return false;
	for (size_t i = 1; i < n - 1; i++)
		if (!ascii_is_alpha(s[i]) && !ascii_is_digit(s[i]) && !(s[i] && strchr(".:-", s[i])))
			return false;
	return true;
}

/* Labels of letters, digits, hyphens and underscores (which exist in the wild), or of
   UTF-8, none of them empty, longer than 63 octets, or with a hyphen at its end. */
static bool is_domain(char const *s, size_t n)
{
	size_t label = 0;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c == '.') {
			if (label == 0 || s[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '_' && (unsigned char)c < 0x80
			&& (c != '-' || label == 0))
			return false;
		if (++label > 63)
			return false;
	}
	return label > 0 && s[n - 1] != '-';
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
	if (!ascii_only(s, n) && (!utf8 || !utf8_valid(s, n)))
		return ADDRESS_8BIT;
	return ADDRESS_OK;
}

/* Where the path in brackets that opens before s ends: the offset of its '>', which
   may also stand, quoted, in the local part. n if there is none. */
static size_t closing_bracket(char const *s, size_t n)
{
	bool quoted = false;
	for (size_t i = 0; i < n; i++) {
		if (quoted && s[i] == '\\')
			i++;
		else if (s[i] == '"')
			quoted = !quoted;
		else if (s[i] == '>' && !quoted)
			return i;
	}
	return n;
}

/* Octets of a source route `@a,@b:` at the start of s, 0 if there is none. */
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

static size_t bare_end(char const *s, size_t n)
{
	bool quoted = false;
	for (size_t i = 0; i < n; i++) {
		if (quoted && s[i] == '\\')
			i++;
		else if (s[i] == '"')
			quoted = !quoted;
		else if (ascii_is_blank(s[i]) && !quoted)
			return i;
	}
	return n;
}

enum address_fault address_path(char const *s, size_t n, bool utf8,
	size_t *at, size_t *len, size_t *used)
{
	size_t start = 0, end;
	while (start < n && ascii_is_blank(s[start]))
		start++;
	if (start < n && s[start] == '<') {
		start++;
		end = start + closing_bracket(s + start, n - start);
		if (end == n)
			return ADDRESS_SYNTAX;
		*used = end + 1;
	} else {
		end = start + bare_end(s + start, n - start);
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
