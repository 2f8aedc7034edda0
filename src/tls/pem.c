#include "tls/pem.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static char const begin[] = "-----BEGIN ", end[] = "-----END ", dashes[] = "-----";

/* All ones if lo <= c <= hi, else 0; without a branch. */
static uint32_t mask_in(uint32_t c, uint32_t lo, uint32_t hi)
{
	return ~(0 - ((c - lo) >> 31)) & ~(0 - ((hi - c) >> 31));
}

/* The value of a base64 digit; 64 for anything else. No branch and no table: a process that shares the
   processor's cache learns nothing of the key. */
static uint32_t sextet(unsigned char octet)
{
	uint32_t c = octet;
	uint32_t upper = mask_in(c, 'A', 'Z'), lower = mask_in(c, 'a', 'z'), digit = mask_in(c, '0', '9');
	uint32_t plus = mask_in(c, '+', '+'), slash = mask_in(c, '/', '/');
	return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) | (digit & (c - '0' + 52))
		| (plus & 62) | (slash & 63) | (~(upper | lower | digit | plus | slash) & 64);
}

/* Reads a line, and removes its end and blanks before it. */
static bool read_line(struct pem *p, char **s, size_t *n)
{
	if (p->at == p->n)
		return false;
	char *from = p->s + p->at, *lf = memchr(from, '\n', p->n - p->at);
	*s = from;
	*n = lf ? (size_t)(lf - from) : p->n - p->at;
	p->at += *n + (lf != NULL);
	while (*n > 0 && ((*s)[*n - 1] == '\r' || (*s)[*n - 1] == ' ' || (*s)[*n - 1] == '\t'))
		--*n;
	return true;
}

/* Is the line `PREFIXname-----`? The name is s[*at, *at + *len). */
static bool is_marker(char const *s, size_t n, char const *prefix, size_t *at, size_t *len)
{
	size_t head = strlen(prefix), tail = strlen(dashes);
	if (n < head + tail || memcmp(s, prefix, head) != 0 || memcmp(s + n - tail, dashes, tail) != 0)
		return false;
	*at = head;
	*len = n - head - tail;
	return true;
}

struct base64 {
	uint32_t bits;
	unsigned int digits, pads;
};

/* Decodes one line to p->der. Branches depend only on whether an octet is a digit. */
static bool decode_line(struct pem *p, struct base64 *b, char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t v = sextet((unsigned char)s[i]);
		if (v > 63) {
			if (s[i] != '=' || ++b->pads > 2)
				return false;
			continue;
		}
		if (b->pads > 0)
			return false;
		b->bits = b->bits << 6 | v;
		if (++b->digits % 4 == 0) {
			p->der[p->len++] = (unsigned char)(b->bits >> 16);
			p->der[p->len++] = (unsigned char)(b->bits >> 8);
			p->der[p->len++] = (unsigned char)b->bits;
		}
	}
	return true;
}

static bool decode_end(struct pem *p, struct base64 const *b)
{
	unsigned int left = b->digits % 4;
	if ((left == 0 && b->pads > 0) || left == 1 || (left > 1 && left + b->pads != 4))
		return false;
	if (left == 2)
		p->der[p->len++] = (unsigned char)(b->bits >> 4);
	if (left == 3) {
		p->der[p->len++] = (unsigned char)(b->bits >> 10);
		p->der[p->len++] = (unsigned char)(b->bits >> 2);
	}
	return true;
}

static enum pem_event read_body(struct pem *p)
{
	struct base64 b = {0, 0, 0};
	char *s;
	size_t n, at, len;
	while (read_line(p, &s, &n)) {
		if (is_marker(s, n, end, &at, &len))
			return len == strlen(p->name) && memcmp(s + at, p->name, len) == 0 && decode_end(p, &b)
				? PEM_OBJECT : PEM_BAD;
		if (b.digits == 0 && memchr(s, ':', n))
			return PEM_ENCRYPTED;
		if (!decode_line(p, &b, s, n))
			return PEM_BAD;
	}
	return PEM_BAD;
}

enum pem_event pem_next(struct pem *p)
{
	char *s;
	size_t n, at, len;
	while (read_line(p, &s, &n)) {
		if (!is_marker(s, n, begin, &at, &len))
			continue;
		if (len >= sizeof p->name)
			return PEM_BAD;
		memcpy(p->name, s + at, len);
		p->name[len] = 0;
		p->der = (unsigned char *)s; /* shorter than the base64 that it overwrites */
		p->len = 0;
		return read_body(p);
	}
	return PEM_END;
}
