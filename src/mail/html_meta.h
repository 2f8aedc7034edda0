/* The charset that HTML states of itself, in `<meta charset=...>`, in `<meta http-equiv=
   content-type content="...; charset=...">` or in an XML declaration at its very start:
   where it stands, so that it can be read, or corrected. Only real tags count: not what
   comments, conditional ones included, scripts or attributes look like. */
#ifndef MAIL_HTML_META_H
#define MAIL_HTML_META_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* The first charset that html[0..n) states, at html[*from..*to). */
bool html_meta_charset(char const *html, size_t n, size_t *from, size_t *to);

/* Appends html to out with every charset stated there replaced by utf-8 (those which
   are utf-8 stay as they are written), and every other octet as it was.
   False: out of memory. */
bool html_meta_correct(char const *html, size_t n, struct buf *out);

#endif
