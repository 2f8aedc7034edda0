/* Collects a URL of HTML or CSS, and its place in the source. Blanks and controls at its ends and
   tabs and line ends inside it are dropped (the URL Standard, 4.4 "basic URL parser", 1 to 3). */
#ifndef MAIL_URL_H
#define MAIL_URL_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct url {
	struct buf s;    /* reused for each URL; the caller frees it */
	size_t from, to; /* its place in the source; from == to if s is empty */
	size_t solid;    /* octets of s without blanks at the end */
	bool failed;     /* memory ran out; stays so */
};

/* Begins a new, empty URL. */
void url_start(struct url *u);

/* Adds an octet, which is [from, to) in the source. */
void url_add(struct url *u, int octet, size_t from, size_t to);

/* Ends the URL. */
void url_finish(struct url *u);

#endif
