#include "tls/hello.h"

#include <string.h>

enum { CLIENT_HELLO = 1, SERVER_NAME = 0, RANDOM = 32, VERSION = 2 };
enum { HANDSHAKE = 22, RECORD_MAX = 16384, MESSAGE_HEADER = 4 };

/* s[at..end) is not read yet. */
struct cursor {
	unsigned char const *s;
	size_t at, end;
};

static bool skip_octets(struct cursor *c, size_t n)
{
	if (n > c->end - c->at)
		return false;
	c->at += n;
	return true;
}

/* Reads a big-endian number of `width` octets. */
static bool read_number(struct cursor *c, unsigned int width, size_t *v)
{
	size_t from = c->at;
	if (!skip_octets(c, width))
		return false;
	for (*v = 0; from < c->at; from++)
		*v = *v << 8 | c->s[from];
	return true;
}

/* Reads a vector: its length in `width` octets, then its content. */
static bool read_vector(struct cursor *c, unsigned int width, size_t *at, size_t *len)
{
	if (!read_number(c, width, len))
		return false;
	*at = c->at;
	return skip_octets(c, *len);
}

bool hello_server_name(unsigned char const *s, size_t n, size_t *at, size_t *len)
{
	struct cursor c = {s, 0, n};
	size_t type, body, size;
	*at = *len = 0;
	if (!read_number(&c, 1, &type) || type != CLIENT_HELLO || !read_vector(&c, 3, &body, &size))
		return false;
	c = (struct cursor){s, body, body + size};
	if (!skip_octets(&c, VERSION + RANDOM)
			|| !read_vector(&c, 1, &body, &size)  /* session ID */
			|| !read_vector(&c, 2, &body, &size)  /* cipher suites */
			|| !read_vector(&c, 1, &body, &size)) /* compression methods */
		return false;
	if (c.at == c.end)
		return true;
	if (!read_vector(&c, 2, &body, &size) || c.at != c.end)
		return false;
	c = (struct cursor){s, body, body + size};
	while (c.at < c.end) {
		if (!read_number(&c, 2, &type) || !read_vector(&c, 2, &body, &size))
			return false;
		if (type == SERVER_NAME) {
			*at = body;
			*len = size;
		}
	}
	return true;
}

/* --- From records --------------------------------------------------------------------- */

static bool begin_record(struct hello *h)
{
	h->left = (size_t)h->header[3] << 8 | h->header[4];
	h->header_len = 0;
	return h->left > 0 && h->left <= RECORD_MAX;
}

static enum hello_state hello_state(struct hello const *h)
{
	unsigned char const *s = h->content;
	if (s[0] != CLIENT_HELLO)
		return HELLO_NONE;
	if (h->len < MESSAGE_HEADER)
		return HELLO_PART;
	size_t whole = MESSAGE_HEADER + ((size_t)s[1] << 16 | (size_t)s[2] << 8 | s[3]);
	if (whole > HELLO_MAX)
		return HELLO_NONE;
	return h->len < whole ? HELLO_PART : HELLO_WHOLE;
}

enum hello_state hello_add(struct hello *h, unsigned char const *s, size_t n)
{
	enum hello_state e = HELLO_PART;
	while (n > 0 && e == HELLO_PART) {
		size_t take = 1;
		if (h->left == 0) {
			h->header[h->header_len++] = *s;
			if (h->header[0] != HANDSHAKE || (h->header_len == sizeof h->header && !begin_record(h)))
				return HELLO_NONE;
		} else {
			size_t room = HELLO_MAX - h->len; /* not 0: the message would be complete */
			take = n < h->left ? n : h->left;
			take = take < room ? take : room;
			memcpy(h->content + h->len, s, take);
			h->len += take;
			h->left -= take;
			e = hello_state(h);
		}
		s += take;
		n -= take;
	}
	return e;
}
