/* What the header block of a part says of it. */
#ifndef MAIL_MIMEHEAD_H
#define MAIL_MIMEHEAD_H

#include "base/buf.h"
#include "mail/mime.h"

#include <stdbool.h>
#include <stddef.h>

/* The strings of a part about which nothing is known; preset: the type that it has when
   its header states none. */
void mimehead_blank(struct mime_part *part, char const *preset);

/* Reads the block s[0..n) into part: its strings, encoding, attachment and leaf. The
   strings come to lie in `strings`, whose content is replaced and which must live as
   long as they. boundary: for a multipart its boundary, blanks at the end dropped; empty
   when it states none, and for everything else. False: out of memory; part then still
   is what mimehead_blank made of it. */
bool mimehead_read(struct mime_part *part, struct buf *strings, struct buf *boundary,
	char const *s, size_t n);

/* Narrows [*s, *s + *n), a Content-ID's value, to what stands between its angle brackets
   (RFC 2392 2); without them it stays. */
void mimehead_id(char const **s, size_t *n);

#endif
