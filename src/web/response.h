/* A response as a CGI/1.1 program writes it (RFC 3875 6): header fields, then the body.
   Every response carries Cache-Control: no-store and X-Content-Type-Options: nosniff. */
#ifndef WEB_RESPONSE_H
#define WEB_RESPONSE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* It is built in memory and written at once, so that after a failure another response can replace
   it. All zero is empty. */
struct response {
	struct buf header, body;
	bool no_memory; /* memory ran out once: the response is incomplete */
	bool is_started; /* response_flush has written the header */
};

/* Begins a response, and drops the one before. status: `404 Not Found`; type: a media type. */
void response_start(struct response *r, char const *status, char const *type);

/* Adds a field. Octets of the value that would end the line become `?`. */
void response_field(struct response *r, char const *name, char const *value);

/* Adds octets to the body, and a string. */
void response_put(struct response *r, char const *s, size_t n);
void response_puts(struct response *r, char const *s);

/* Adds text to an HTML body: & < > " ' become character references. It is then safe between
   tags and inside a quoted attribute. */
void response_text(struct response *r, char const *s, size_t n);

/* Writes the body so far to standard output, and empties the buffer. The first call also writes
   the header, without Content-Length. False: errno. */
bool response_flush(struct response *r);

/* Writes the rest of the response to standard output. If response_flush was not called, it gets a
   Content-Length. head: the body is left out. False: errno; after ENOMEM only response_flush has
   written anything. */
bool response_end(struct response *r, bool head);

/* Frees the memory. */
void response_free(struct response *r);

#endif
