/* Text to UTF-8. Whatever comes in, what goes out is well-formed UTF-8 (RFC 3629)
   without NULs (those at the end of a text go, others become U+FFFD) and without a byte
   order mark, so that any store takes it. */
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

/* The same for HTML: without a true label, the charset counts that a <meta> states. */
bool convert_html(char const *charset, char const *s, size_t n, struct buf *out);

/* Appends an unstructured field's value, as mime_field and header_find give it: its
   RFC 2047 words decoded (adjacent ones of one charset joined before conversion, for
   characters split between them), 8-bit octets read as UTF-8 if they are, else as
   windows-1252; control characters become spaces; blanks at the ends go.
   False: out of memory; out is then as it was. */
bool convert_header(char const *value, struct buf *out);

/* Appends octets that are no text but go into a store's text all the same, such as a
   Message-ID: as convert_header does, but without encoded words. */
bool convert_octets(char const *s, size_t n, struct buf *out);

#endif
