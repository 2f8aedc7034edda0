/* Reads a message for the platform: its text, its HTML, the images of the HTML, its options.
   saca-mime, the queue service and saca-import all call message_read: an accepted message can
   always be imported. */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/buf.h"
#include "mail/body.h"
#include "mail/mime.h"
#include "service/reply.h"

enum message_verdict {
	MESSAGE_OK,
	MESSAGE_NO_TEXT,    /* no text (mail/body.h) */
	MESSAGE_NO_HTML,
	MESSAGE_NO_BOTH,
	MESSAGE_BLANK_TEXT, /* the text has white space alone */
	MESSAGE_BLANK_HTML,
	MESSAGE_BLANK_BOTH,
	MESSAGE_DEEP,       /* the limits of mail/mime.h */
	MESSAGE_MANY,
	MESSAGE_FIELD,
	MESSAGE_NUL,        /* it has a NUL */
	MESSAGE_NO_MEMORY
};

struct message {
	char const *s; /* the message's octets, the caller's */
	size_t n;
	struct mime *mime; /* NULL only after MESSAGE_NO_MEMORY */
	enum body_use use[MIME_PARTS]; /* of each part */
};

/* Reads and judges the message s[0..n), which must live as long as *msg. With every verdict but
   MESSAGE_NO_MEMORY the parts can be drawn. The caller calls message_free in any case. */
enum message_verdict message_read(struct message *msg, char const *s, size_t n);
void message_free(struct message *msg);

/* Writes the reason, NUL-terminated, for the client: service/reply.h; "" for MESSAGE_OK. */
void message_reason(char out[REFUSAL_TEXT], enum message_verdict verdict);

struct message_options {
	bool show_header, social_links, track_opens, track_clicks;
	unsigned int language;
};

/* Reads the options that a client may put into the main header: PREFIX and ShowCab, SocialLinks,
   Language, TrackingOpening, TrackingClicks. Any case; the first of each counts; an unknown value
   is the default. prefix is "X-Teenvio-" unless set otherwise. */
void message_options(struct mime const *m, char const *prefix, struct message_options *out);

/* Appends the options with an unknown value to out, as `Name: value` with commas between them:
   printable ASCII, each value cut at 40 octets. False: out of memory. */
bool message_unknown_options(struct mime const *m, char const *prefix, struct buf *out);

#endif
