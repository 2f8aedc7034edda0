/* Decodes quoted-printable (RFC 2045 6.7), and the Q encoding of encoded words (RFC 2047 4.2). */
#ifndef MAIL_QP_H
#define MAIL_QP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Decodes s[0..n), with LF or CRLF lines, and appends the octets to out. Line ends stay. Drops
   blanks at the end of a line: a mail server added them. An `=` at the end of a line, with or
   without blanks, joins it to the next. An `=` without two hexadecimal digits stays; at the very
   end it is dropped. False: out of memory. */
bool qp_decode(struct buf *out, char const *s, size_t n);

/* The same for the text of an encoded word: `_` is a space, and there are no lines. */
bool qp_decode_word(struct buf *out, char const *s, size_t n);

#endif
