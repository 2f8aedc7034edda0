/* Reading a CGI request. */
#include "web/request.h"

#include "base/fd.h"
#include "base/num.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* of a body that the program does not need */
enum { DROPPED_OCTETS = 64 << 20 };

char const *request_field(char const *name)
{
	char const *value = getenv(name);
	return value ? value : "";
}

void request_start(struct request *r)
{
	char const *https = request_field("HTTPS");
	*r = (struct request){
		.method = request_field("REQUEST_METHOD"),
		.path = request_field("PATH_INFO"),
		.query = request_field("QUERY_STRING"),
		.type = request_field("CONTENT_TYPE"),
		.address = request_field("REMOTE_ADDR"),
		.cookie = request_field("HTTP_COOKIE"),
		.authorization = request_field("HTTP_AUTHORIZATION"),
		.user_agent = request_field("HTTP_USER_AGENT"),
		.languages = request_field("HTTP_ACCEPT_LANGUAGE"),
		.https = *https && strcmp(https, "off") != 0,
	};
}

bool request_is_get(struct request const *r)
{
	return strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
}

enum form_fault request_query(struct request *r, struct form *f)
{
	/* one octet more: the last value is terminated in place */
	if (!buf_put(&r->query_octets, r->query, strlen(r->query) + 1))
		return FORM_TOO_MANY;
	return form_read_urlencoded(f, r->query_octets.s, r->query_octets.len - 1);
}

bool request_body(struct request *r, size_t most, struct form *f, enum form_fault *fault)
{
	char const *length = request_field("CONTENT_LENGTH");
	uint64_t n;
	if (!num_scan(length, strlen(length), UINT64_MAX, &n)) {
		errno = EPROTO;
		return false;
	}
	if (n > most) {
		errno = EMSGSIZE;
		return false;
	}
	if (!buf_reserve(&r->body, n + 1)) {
		errno = ENOMEM;
		return false;
	}
	while (r->body.len < n) {
		ssize_t got = fd_read(0, r->body.s + r->body.len, n - r->body.len);
		if (got < 0)
			return false;
		if (got == 0) {
			errno = EPROTO;
			return false;
		}
		r->body.len += (size_t)got;
	}
	r->body.s[n] = 0;
	*fault = form_read_body(f, r->type, r->body.s, n);
	return true;
}

void request_end(struct request const *r)
{
	char const *length = request_field("CONTENT_LENGTH");
	char piece[4096];
	uint64_t left;
	close(1);
	if (!num_scan(length, strlen(length), r->body.len + DROPPED_OCTETS, &left))
		return;
	left -= r->body.len;
	while (left) {
		ssize_t got = fd_read(0, piece, left < sizeof piece ? left : sizeof piece);
		if (got <= 0)
			return;
		left -= (uint64_t)got;
	}
}

void request_free(struct request *r)
{
	buf_free(&r->query_octets);
	buf_free(&r->body);
}
