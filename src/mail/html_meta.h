/* Finds and corrects the charset that HTML states of itself: in `<meta charset=...>`, in `<meta
   http-equiv=content-type content="...; charset=...">`, or in an XML declaration at its start.
   Only tags count, not text like them in comments, scripts or attributes. */
#ifndef MAIL_HTML_META_H
#define MAIL_HTML_META_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Finds the first charset that html[0..n) states: it is html[*from..*to). False: it states none. */
bool html_meta_charset(char const *html, size_t n, size_t *from, size_t *to);

/* Appends html[0..n) to out. Replaces each charset that it states by utf-8, unless it is utf-8;
   all other octets are unchanged. False: out of memory. */
bool html_meta_correct(char const *html, size_t n, struct buf *out);

#endif
