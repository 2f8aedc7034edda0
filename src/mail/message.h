/* What the platform takes from a message: its text, its HTML, the images its
   HTML may point at, its options. */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/buf.h"
#include "mail/mime.h"
#include "service/reply.h"

/* What a part is used as. */
enum message_use { MESSAGE_CONTAINER, MESSAGE_TEXT, MESSAGE_HTML, MESSAGE_INLINE, MESSAGE_IGNORED };

enum message_verdict {
	MESSAGE_OK,
	MESSAGE_NO_TEXT,  /* no text/plain leaf that is not an attachment */
	MESSAGE_NO_HTML,
	MESSAGE_NO_BOTH,
	MESSAGE_DEEP,     /* the limits of mail/mime.h */
	MESSAGE_MANY,
	MESSAGE_HEADER,
	MESSAGE_NUL,
	MESSAGE_NO_MEMORY
};

struct message {
	uint32_t text, html; /* the parts' indices, MIME_NONE where there is none */
};

/* The text and the HTML are the first text/plain and text/html leaves that are not
   attachments, nor lie in a multipart that is one. A leaf of unknown transfer encoding is
   neither, whatever its type (RFC 2045 6.4). In a multipart/related that states its root,
   what is in that comes before what lies beside it (RFC 2387 3.2). A text that is the HTML's
   alternative comes before any other.

   Judges a message whose parser has been finished; fault is what mime_finish said.
   MESSAGE_NUL is not found here: the caller saw the octets. */
enum message_verdict message_judge(struct mime const *m, enum mime_fault fault, struct message *out);

/* Writes the reason, NUL-terminated, for the client: service/reply.h; "" for MESSAGE_OK. */
void message_reason(char out[REFUSAL_TEXT], enum message_verdict verdict);

/* Is part i a further piece of the HTML? Programs that insert an object cut it in pieces (Apple
   Mail): those behind the first, in the same multipart/mixed, that are no attachments and have
   neither a name nor a Content-ID. msg: of a message that has HTML. */
bool message_continues(struct mime const *m, struct message const *msg, size_t i);

/* What part i is used as. MESSAGE_INLINE: a leaf with a Content-ID that is not the
   text or the HTML: an image, if the HTML points at it and its octets are one. */
enum message_use message_use(struct mime const *m, struct message const *msg, size_t i);

/* The part's body with its transfer encoding undone (an unknown one stays), appended to out.
   message: the octets that were pushed, all of them. False: out of memory. */
bool message_decode(struct mime_part const *part, char const *message, struct buf *out);

struct message_options {
	bool show_header, social_links, track_opens, track_clicks;
	unsigned int language;
};

/* The options a client may put into the main header: PREFIX and ShowCab, SocialLinks,
   Language, TrackingOpening, TrackingClicks. Any case; the first of each counts; an
   unknown value is the default. prefix is "X-Teenvio-" unless set otherwise. */
void message_options(struct mime *m, char const *prefix, struct message_options *out);

#endif
