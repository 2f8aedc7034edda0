/* Reads the header block of a part. */
#ifndef MAIL_MIME_HEAD_H
#define MAIL_MIME_HEAD_H

#include "base/buf.h"
#include "mail/mime.h"

#include <stdbool.h>
#include <stddef.h>

/* Initializes a part without a header. preset: its type, unless its header states one. */
void mime_head_blank(struct mime_part *part, char const *preset);

/* Reads the block s[0..n) into part: its strings, encoding, attachment and leaf. `strings`
   replaces its content by the strings and must live as long as the part. boundary: that of a
   multipart, without blanks at its end; empty if none is declared. MIME_FIELD_LONG,
   MIME_NO_MEMORY: part still is what mime_head_blank made of it. */
enum mime_fault mime_head_read(struct mime_part *part, struct buf *strings, struct buf *boundary,
	char const *s, size_t n);

/* Reads the boundary that `field`, a Content-Type field with its name, declares; empty if it
   declares none. False: out of memory. */
bool mime_head_boundary(char const *field, size_t n, struct buf *boundary);

/* Narrows [*s, *s + *n), the value of a Content-ID, to the part between its angle brackets
   (RFC 2392 2), if it has any. */
void mime_head_id(char const **s, size_t *n);

#endif
