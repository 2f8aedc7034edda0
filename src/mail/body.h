/* Chooses the parts of a message that are its text and its HTML (RFC 8621 4.1.4), and those that
   may be images of the HTML. */
#ifndef MAIL_BODY_H
#define MAIL_BODY_H

#include "mail/mime.h"

enum body_use {
	BODY_CONTAINER, /* a multipart */
	BODY_TEXT,
	BODY_HTML,
	BODY_INLINE,    /* another leaf with a Content-ID: an image, if the HTML points at it */
	BODY_IGNORED
};

/* Sets use[i] for each part i of m.

   Text and HTML can come in several pieces, which are joined in their order. A piece is a
   text/plain or text/html leaf that is not an attachment, nor inside one. A leaf of unknown
   transfer encoding is neither, whatever its type (RFC 2045 6.4).

   - The first piece may have a name and a Content-ID. Later pieces have neither: a leaf with a
     name is a file, one with a Content-ID an image of the HTML.
   - In a multipart/related the root counts (RFC 2387 3.2): the part that `start` names, or the
     first. A part beside the root counts if there is no other.
   - The children of a multipart/alternative are versions of one thing: the first child that has
     a piece counts.
   - If an HTML piece is in a multipart/alternative that has a text, only that text counts.
     Another text, such as the notice of a gateway, is not a version of the HTML. */
void body_choose(struct mime const *m, enum body_use use[MIME_PARTS]);

#endif
