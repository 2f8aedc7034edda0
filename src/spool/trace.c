/* The Received field, and cleaning what goes into our fields. */
#include "spool/trace.h"

#include "base/ascii.h"

#include <string.h>

/* At most max octets of s, a whole number of UTF-8 characters. */
static size_t cut(char const *s, size_t max)
{
	size_t n = strnlen(s, max + 1);
	if (n <= max)
		return n;
	n = max;
	while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n ? n : max;
}

bool trace_word(struct buf *out, char const *s, size_t max)
{
	size_t n = cut(s, max);
	if (!buf_reserve(out, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		out->s[out->len++] = c <= 0x20 || c == 0x7f ? '?' : s[i];
	}
	return true;
}

/* What stands bare in the field: the letters of domains, addresses, and ciphers. */
static bool is_token(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr(".-_:[]+/%=", c));
}

static bool put_token(struct buf *out, char const *s)
{
	if (!s || !*s)
		return buf_puts(out, "unknown");
	size_t n = strnlen(s, TRACE_TOKEN);
	if (!buf_reserve(out, n))
		return false;
	for (size_t i = 0; i < n; i++)
		out->s[out->len++] = is_token(s[i]) ? s[i] : '?';
	return true;
}

static bool put_tls(struct buf *out, struct trace const *t)
{
	if (!t->tls || !*t->tls)
		return true;
	if (!buf_puts(out, " (") || !put_token(out, t->tls))
		return false;
	if (t->cipher && *t->cipher && (!buf_putc(out, ' ') || !put_token(out, t->cipher)))
		return false;
	return buf_putc(out, ')');
}

bool trace_received(struct buf *out, struct trace const *t)
{
	return buf_puts(out, "Received: from ") && put_token(out, t->helo)
		&& buf_puts(out, " (") && put_token(out, t->ip)
		&& buf_puts(out, ") by ") && put_token(out, t->host)
		&& buf_puts(out, " with ") && put_token(out, t->proto && *t->proto ? t->proto : "SMTP")
		&& put_tls(out, t)
		&& buf_puts(out, " id ") && put_token(out, t->id)
		&& buf_puts(out, "; ") && buf_puts(out, t->date) && buf_putc(out, '\n');
}
