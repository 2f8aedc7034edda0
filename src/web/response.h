/* A response as a CGI/1.1 program writes it (RFC 3875 6): header fields, then the body.
   Every response carries Cache-Control: no-store and X-Content-Type-Options: nosniff. */
#ifndef WEB_RESPONSE_H
#define WEB_RESPONSE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Filled in memory and written at once, so that a failure on the way can still become
   another response. All zero is the empty one. */
struct response {
	struct buf header, body;
	bool no_memory; /* once and for all */
	bool is_started; /* response_flush has written the header */
};

/* Begins a response; what was there is dropped. status: `404 Not Found`; type: a media type. */
void response_start(struct response *r, char const *status, char const *type);

/* Adds a field. Octets of the value that would end the line become `?`. */
void response_field(struct response *r, char const *name, char const *value);

/* Adds to the body. */
void response_put(struct response *r, char const *s, size_t n);
void response_puts(struct response *r, char const *s);

/* Adds text to an HTML body: & < > " ' become character references. It is then safe between
   tags and inside a quoted attribute. */
void response_text(struct response *r, char const *s, size_t n);

/* Writes what there is of a long body, and drops it; the first time with the header, which gets no
   Content-Length. False: errno. */
bool response_flush(struct response *r);

/* Writes the rest of the response to standard output; without response_flush before, with Content-Length; `head`: without the body.
   False: errno (ENOMEM: it is not complete; without response_flush nothing was written). */
bool response_end(struct response *r, bool head);

void response_free(struct response *r);

#endif
