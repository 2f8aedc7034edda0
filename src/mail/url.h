/* A URL being picked out of HTML or CSS: what it says, and where in the source it
   stands. Blanks and controls at its ends are no part of it, tabs and line ends inside
   it say nothing (the URL Standard, 4.4 "basic URL parser", 1 to 3). */
#ifndef MAIL_URL_H
#define MAIL_URL_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct url {
	struct buf s;    /* reused from URL to URL; the holder frees it */
	size_t from, to; /* its place in the source; from == to when s is empty */
	size_t solid;    /* octets of s up to the last that is no blank */
	bool failed;     /* memory ran out, once and for all */
};

/* A new URL, empty. */
void url_start(struct url *u);

/* Adds an octet which stands at [from, to) in the source. */
void url_add(struct url *u, int octet, size_t from, size_t to);

/* The URL is whole. */
void url_finish(struct url *u);

#endif
