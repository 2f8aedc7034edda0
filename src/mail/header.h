/* The fields of a header block (RFC 5322 2.2), as mail in the wild has them: a line
   without a colon continues the one before, as a line that starts with a blank does
   (without a blank it counts as having one: that is where somebody's text was broken).
   A field whose name is none, `From a@b Thu Sep 12 13:59` say, is passed over.
   Lines end in LF or CRLF. */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* The octets of a UTF-8 byte order mark that s[0..n), the beginning of a message, begins with:
   3 or 0. Programs that read a message from a file send it along; it is no part of the first
   field's name. */
size_t header_mark(char const *s, size_t n);

/* Where the first header block of s[0..n) ends: the octets before its empty line (or
   n, when there is none). *body: the offset behind that empty line. When the very first
   line can be no field, the empty line was forgotten: both are 0. */
size_t header_end(char const *s, size_t n, size_t *body);

/* Can s[0..n), a line without its end, be the first of a header block? It has a colon
   or starts with a blank. */
bool header_may_start(char const *s, size_t n);

/* One field, octets of the block: its name without blanks (empty when it is none), and
   its value as it stands behind the colon, folds and the last line end included. */
struct header_field {
	char const *name, *value;
	size_t name_len, value_len;
};

/* Steps through the fields of the block s[0..n): *at starts as 0. False when there are
   no more; an empty line ends the block as n does. */
bool header_next(char const *s, size_t n, size_t *at, struct header_field *field);

/* A value as header_next gives it, unfolded: line ends go, the blanks behind them stay,
   those at both ends go; NULs are dropped. Replaces the content of out and
   NUL-terminates it (the NUL is not in its len). False: out of memory. */
bool header_unfold(struct buf *out, char const *s, size_t n);

/* The first field called `name` (any case) in the block s[0..n), unfolded likewise into
   value. 1: found; 0: there is none; -1: out of memory. */
int header_find(char const *s, size_t n, char const *name, struct buf *value);

#endif
