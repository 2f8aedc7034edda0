/* Tokens: see token.h. */
#include "send/token.h"

#include "base/base32.h"
#include "base/secret.h"

#include <string.h>

_Static_assert(TOKEN_SIZE == BASE32_LENGTH(TOKEN_OCTETS), "a token does not fit");

static bool put_number(unsigned char *out, size_t *n, uint64_t v)
{
	if (v < 1 || v > INT64_MAX)
		return false;
	for (; v > 127; v >>= 7)
		out[(*n)++] = (unsigned char)(v & 127) | 128;
	out[(*n)++] = (unsigned char)v;
	return true;
}

/* Reads a number at s[*at..n), which must have the shortest encoding. */
static bool read_number(unsigned char const *s, size_t n, size_t *at, uint64_t *v)
{
	*v = 0;
	for (unsigned shift = 0; *at < n && shift < 63; shift += 7) {
		unsigned char c = s[(*at)++];
		*v |= (uint64_t)(c & 127) << shift;
		if (c < 128)
			return c != 0;
	}
	return false;
}

static bool is_kind(unsigned char c)
{
	return c == TOKEN_VIEW || c == TOKEN_OPEN || c == TOKEN_CLICK || c == TOKEN_UNSUBSCRIBE || c == TOKEN_BOUNCE;
}

size_t token_write(char out[TOKEN_SIZE], struct token const *t, unsigned char key, token_mac *mac, void const *keys)
{
	unsigned char s[TOKEN_OCTETS];
	size_t n = 0;
	s[n++] = key;
	s[n++] = (unsigned char)t->kind;
	if (!put_number(s, &n, t->plan) || !put_number(s, &n, t->send) || !put_number(s, &n, t->contact))
		return 0;
	if (t->kind == TOKEN_CLICK && !put_number(s, &n, t->link))
		return 0;
	if (!mac(keys, key, s, n, s + n))
		return 0;
	return base32_encode(out, s, n + TOKEN_MAC);
}

bool token_read(struct token *t, char const *digits, size_t digits_len, token_mac *mac, void const *keys)
{
	unsigned char s[TOKEN_OCTETS], right[TOKEN_MAC];
	size_t n, at = 2;
	*t = (struct token){.kind = TOKEN_VIEW};
	if (digits_len > TOKEN_SIZE || !base32_decode(s, &n, digits, digits_len) || n < 2 + TOKEN_MAC)
		return false;
	n -= TOKEN_MAC;
	if (!mac(keys, s[0], s, n, right))
		return false;
	if (!secret_is_equal(s + n, right, TOKEN_MAC) || !is_kind(s[1]))
		return false;
	struct token found = {.kind = (enum token_kind)s[1]};
	if (!read_number(s, n, &at, &found.plan) || !read_number(s, n, &at, &found.send)
	    || !read_number(s, n, &at, &found.contact))
		return false;
	if (found.kind == TOKEN_CLICK && !read_number(s, n, &at, &found.link))
		return false;
	if (at != n)
		return false;
	*t = found;
	return true;
}
