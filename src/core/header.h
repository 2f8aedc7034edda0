/* The fields of a header block (RFC 5322 2.2), as mail in the wild has them: a line
   without a colon continues the one before, as a line that starts with a blank does.
   Lines end in LF or CRLF. */
#ifndef CORE_HEADER_H
#define CORE_HEADER_H

#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the first header block of s[0..n) ends: the octets before its empty line (or
   n, when there is none). *body: the offset behind that empty line. */
size_t header_end(char const *s, size_t n, size_t *body);

/* The first field called `name` (any case) in the block s[0..n), unfolded: line ends
   go, the blanks behind them stay, those at both ends go; NULs are dropped. Replaces
   the content of value and NUL-terminates it (the NUL is not in its len).
   1: found; 0: there is none; -1: out of memory. */
int header_find(char const *s, size_t n, char const *name, struct buf *value);

#endif
