/* The server_name extension in a ClientHello. */
#include "tls/hello.h"

enum { CLIENT_HELLO = 1, SERVER_NAME = 0, RANDOM = 32, VERSION = 2 };

/* Bytes not read yet: s[at..end). */
struct cursor {
	unsigned char const *s;
	size_t at, end;
};

static bool skip(struct cursor *c, size_t n)
{
	if (n > c->end - c->at)
		return false;
	c->at += n;
	return true;
}

/* A big-endian number of `width` octets. */
static bool number(struct cursor *c, unsigned int width, size_t *v)
{
	size_t from = c->at;
	if (!skip(c, width))
		return false;
	for (*v = 0; from < c->at; from++)
		*v = *v << 8 | c->s[from];
	return true;
}

/* A vector: its length in `width` octets, then so many. */
static bool vector(struct cursor *c, unsigned int width, size_t *at, size_t *len)
{
	if (!number(c, width, len))
		return false;
	*at = c->at;
	return skip(c, *len);
}

bool hello_server_name(unsigned char const *s, size_t n, size_t *at, size_t *len)
{
	struct cursor c = {s, 0, n};
	size_t type, body, size;
	*at = *len = 0;
	if (!number(&c, 1, &type) || type != CLIENT_HELLO || !vector(&c, 3, &body, &size))
		return false;
	c = (struct cursor){s, body, body + size};
	if (!skip(&c, VERSION + RANDOM)
			|| !vector(&c, 1, &body, &size)  /* session ID */
			|| !vector(&c, 2, &body, &size)  /* cipher suites */
			|| !vector(&c, 1, &body, &size)) /* compression methods */
		return false;
	if (c.at == c.end)
		return true;
	if (!vector(&c, 2, &body, &size) || c.at != c.end)
		return false;
	c = (struct cursor){s, body, body + size};
	while (c.at < c.end) {
		if (!number(&c, 2, &type) || !vector(&c, 2, &body, &size))
			return false;
		if (type == SERVER_NAME) {
			*at = body;
			*len = size;
		}
	}
	return true;
}
