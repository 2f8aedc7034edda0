/* The cid: URLs of HTML (RFC 2392), replaced by others. They are looked for where URLs
   stand and nowhere else: in src, href, background, poster, data, lowsrc, dynsrc,
   xlink:href and o:href, in srcset and imagesrcset, in style attributes and style sheets;
   quoted or not, character references, CSS escapes and the scheme's case read as browsers
   do; in conditional comments too, where Outlook's VML has its images. Text, scripts and
   other comments are left alone. Any input, linear time. */
#ifndef MAIL_CID_H
#define MAIL_CID_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Is asked for each cid: URL: id[0..n) is what stands behind the scheme, with HTML and
   CSS undone and percent-encoding not (cid_decode does that). The answer replaces the
   URL, as it is, so it must mean nothing to HTML, CSS or srcset (cid_safe). NULL: the
   URL stays. */
typedef char const *cid_find(void *data, char const *id, size_t n);

/* Appends html[0..n) to out with its cid: URLs replaced and every other octet as it
   was. False: out of memory; what was appended is then of no use. */
bool cid_rewrite(char const *html, size_t n, cid_find *find, void *data, struct buf *out);

/* Undoes percent-encoding in place; returns the new length. `%` without two hexadecimal
   digits stays. */
size_t cid_decode(char *s, size_t n);

/* Can the string stand for a URL, or for its beginning, in any place of HTML? Only
   letters, digits and -._~:/?@!$*+=%[] can. */
bool cid_safe(char const *s);

#endif
