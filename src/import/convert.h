/* Converts text to UTF-8. For any input, the output is well-formed UTF-8 (RFC 3629) without a byte
   order mark and without NULs. NULs at the end of a text are dropped, others become U+FFFD. */
#ifndef IMPORT_CONVERT_H
#define IMPORT_CONVERT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends s[0..n) to out, read as `charset` (a label as mail has it; NULL or "": none
   is stated). iconv converts a charset that it knows; octets that it cannot read become
   U+FFFD. Without a label, and if iconv does not know it or the text proves it false
   (mail/label.h), the text is UTF-8 if it is well-formed UTF-8, else windows-1252. A byte order
   mark wins over any label. False: out of memory; out is then as it was. */
bool convert_to_utf8(char const *charset, char const *s, size_t n, struct buf *out);

/* The same for HTML. If the label is missing, unknown or false, the charset of its <meta> counts. */
bool convert_html(char const *charset, char const *s, size_t n, struct buf *out);

#endif
