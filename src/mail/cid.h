/* Replaces the cid: URLs of HTML (RFC 2392) by others. It looks for them only where HTML has URLs:
   - in the attributes src, href, background, poster, data, lowsrc, dynsrc, xlink:href and o:href;
   - in srcset and imagesrcset;
   - in style attributes and style sheets;
   - in conditional comments, too: Outlook's VML has its images there.
   Quotes, character references, CSS escapes and the case of the scheme are read as browsers do.
   Text, scripts and other comments stay as they are. Any input is accepted, in linear time. */
#ifndef MAIL_CID_H
#define MAIL_CID_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Called for each cid: URL. id[0..n) is the URL after its scheme; HTML and CSS escapes are undone,
   percent-encoding is not (see cid_decode). The result replaces the URL as it is, so it must pass
   cid_safe. NULL: the URL stays. */
typedef char const *cid_find(void *data, char const *id, size_t n);

/* Appends html[0..n) to out, its cid: URLs replaced, all other octets unchanged. False: out of
   memory; what was appended is then incomplete. */
bool cid_rewrite(char const *html, size_t n, cid_find *find, void *data, struct buf *out);

/* Undoes percent-encoding in place; returns the new length. `%` without two hexadecimal
   digits stays. */
size_t cid_decode(char *s, size_t n);

/* Is the string safe as a URL, or as its beginning, anywhere in HTML? It has letters, digits and
   -._~:/?@!$*+=%[] only. */
bool cid_safe(char const *s);

#endif
