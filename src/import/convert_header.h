/* Converts the value of a header field to UTF-8. */
#ifndef IMPORT_CONVERT_HEADER_H
#define IMPORT_CONVERT_HEADER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends an unstructured field's value, as mime_field and header_find return it. Encoded words
   (RFC 2047) are decoded; adjacent ones of one charset are joined before they are converted, since
   programs split characters between them. Raw 8-bit octets are UTF-8 if they are well-formed, else
   windows-1252. Control characters become spaces; blanks at the ends are dropped.
   False: out of memory; out is then as it was. */
bool convert_header(char const *value, struct buf *out);

/* The same without encoded words, for a value that is not text, such as a Message-ID. */
bool convert_octets(char const *s, size_t n, struct buf *out);

#endif
