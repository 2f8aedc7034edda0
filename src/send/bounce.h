/* Reading what comes back: bounces and complaints (RFC 3464, RFC 5965, and the text of
   qmail's bounces). The recipient's token says whose mail came back; the message says how.

   A multipart/report is believed whoever sent it: the token proves that the mail was ours.
   Every other message is an answer of a person or of a machine, and is ignored, unless its
   envelope sender is empty and its text is one that a mail server writes (qmail, and
   servers that name the failed address in X-Failed-Recipients). Auto-Submitted is not
   looked at: bounces and auto-replies carry the same values. */
#ifndef SEND_BOUNCE_H
#define SEND_BOUNCE_H

#include "base/buf.h"
#include "send/blame.h"

#include <stdbool.h>
#include <stddef.h>

#define BOUNCE_TEXT 400  /* octets of the reason, with its NUL */
#define BOUNCE_NESTED 3  /* reports inside forwarded messages are looked for so deep */

enum bounce_kind {
	BOUNCE_IGNORED,  /* a delay, a success, an auto-reply, a letter */
	BOUNCE_FAILED,   /* the mail could not be delivered */
	BOUNCE_COMPLAINT /* the recipient reported it as spam */
};

struct bounce {
	enum bounce_kind kind;
	char status[BLAME_CODE]; /* BOUNCE_FAILED: the enhanced code (RFC 3463) to judge by; "" without one */
	char text[BOUNCE_TEXT];     /* what the server said, printable ASCII on one line; "" without one */
	struct buf returned;        /* BOUNCE_COMPLAINT: header lines of our mail, for bounce_token */
};

/* Reads message[0..n). from_nobody: its envelope sender is empty (`MAIL FROM:<>`).
   *out is filled in whole; bounce_free in any case. False: out of memory. */
bool bounce_read(struct bounce *out, char const *message, size_t n, bool from_nobody);
void bounce_free(struct bounce *b);

/* Steps through what may be a token in the header of a mail of ours that came back: runs of
   letters and digits in List-Unsubscribe, Return-Path and Original-Mail-From. *at starts as
   0; *token points into the header. The caller verifies each. False: no more. */
bool bounce_token(char const *header, size_t n, size_t *at, char const **token, size_t *len);

#endif
