/* Writing a CGI response. */
#include "web/response.h"

#include "base/fd.h"
#include "base/num.h"

#include <errno.h>
#include <string.h>

static void append_octets(struct response *r, struct buf *to, char const *s, size_t n)
{
	if (!buf_put(to, s, n))
		r->no_memory = true;
}

void response_start(struct response *r, char const *status, char const *type)
{
	r->header.len = r->body.len = 0;
	response_field(r, "Status", status);
	response_field(r, "Content-Type", type);
	response_field(r, "Cache-Control", "no-store");
	response_field(r, "X-Content-Type-Options", "nosniff");
}

void response_field(struct response *r, char const *name, char const *value)
{
	append_octets(r, &r->header, name, strlen(name));
	append_octets(r, &r->header, ": ", 2);
	for (; *value; value++)
		append_octets(r, &r->header, (unsigned char)*value < ' ' || *value == 0x7f ? "?" : value, 1);
	append_octets(r, &r->header, "\r\n", 2);
}

void response_put(struct response *r, char const *s, size_t n)
{
	append_octets(r, &r->body, s, n);
}

void response_puts(struct response *r, char const *s)
{
	append_octets(r, &r->body, s, strlen(s));
}

void response_text(struct response *r, char const *s, size_t n)
{
	size_t from = 0;
	for (size_t i = 0; i < n; i++) {
		char const *reference = s[i] == '&' ? "&amp;" : s[i] == '<' ? "&lt;" : s[i] == '>' ? "&gt;"
			: s[i] == '"' ? "&quot;" : s[i] == '\'' ? "&#39;" : NULL;
		if (!reference)
			continue;
		response_put(r, s + from, i - from);
		response_puts(r, reference);
		from = i + 1;
	}
	response_put(r, s + from, n - from);
}

/* Writes a buffer whole, unless memory ran out. */
static bool write_buffer(struct response const *r, struct buf *b)
{
	if (r->no_memory) {
		errno = ENOMEM;
		return false;
	}
	bool written = fd_write_all(1, b->s, b->len);
	b->len = 0;
	return written;
}

bool response_flush(struct response *r)
{
	if (!r->is_started) {
		append_octets(r, &r->header, "\r\n", 2);
		if (!write_buffer(r, &r->header))
			return false;
	}
	r->is_started = true;
	return write_buffer(r, &r->body);
}

bool response_end(struct response *r, bool head)
{
	char length[NUM_FMT];
	if (r->is_started)
		return response_flush(r);
	num_fmt(length, r->body.len);
	response_field(r, "Content-Length", length);
	append_octets(r, &r->header, "\r\n", 2);
	if (!head)
		append_octets(r, &r->header, r->body.s, r->body.len);
	return write_buffer(r, &r->header);
}

void response_free(struct response *r)
{
	buf_free(&r->header);
	buf_free(&r->body);
}
