/* Quoted-printable (RFC 2045 6.7), and its cousin in encoded words (RFC 2047 4.2). */
#ifndef MAIL_QP_H
#define MAIL_QP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Decodes s[0..n), LF or CRLF lines, and appends the octets to out. Lenient: blanks at
   the end of a line go (they were added on the way), `=` and blanks at its end join it
   to the next, an `=` without two hexadecimal digits stands for itself, one that was
   cut off at the very end goes. False: out of memory. Line ends stay as they came. */
bool qp_decode(struct buf *out, char const *s, size_t n);

/* The same for the text of an encoded word: `_` is a space, and lines do not exist. */
bool qp_decode_word(struct buf *out, char const *s, size_t n);

#endif
