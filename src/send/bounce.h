/* Reading what comes back: bounces and complaints (RFC 3464, RFC 5965, and the text of
   bounces of servers). The token in the recipient's address tells which mail came back. The message
   tells the reason.

   A multipart/report counts whoever sent it: the token proves that the mail was ours. So does
   Hotmail's complaint, which has the mail and no report. Another message counts only if its
   envelope sender is empty, and it is that of a mail server. That is the text of qmail or Yahoo,
   a message that names the failed address in X-Failed-Recipients, or one from MAILER-DAEMON or
   postmaster with a code of class 5. The others are answers of people or machines, and are
   ignored. Auto-Submitted is not looked at: bounces and auto-replies carry the same values. */
#ifndef SEND_BOUNCE_H
#define SEND_BOUNCE_H

#include "base/buf.h"
#include "send/blame.h"

#include <stdbool.h>
#include <stddef.h>

#define BOUNCE_TEXT 400  /* octets of the reason, with its NUL */
#define BOUNCE_NESTED 3  /* reports inside forwarded messages are searched to this depth */

enum bounce_kind {
	BOUNCE_IGNORED,  /* a delay, a success, an auto-reply, a letter */
	BOUNCE_FAILED,   /* the mail could not be delivered */
	BOUNCE_COMPLAINT /* the recipient reported it as spam */
};

struct bounce {
	enum bounce_kind kind;
	char status[BLAME_CODE]; /* BOUNCE_FAILED: the enhanced code (RFC 3463) to judge by; "" without one */
	char text[BOUNCE_TEXT];     /* the server's words, printable ASCII on one line; "" if it gave none */
	struct buf returned;        /* BOUNCE_COMPLAINT: header lines of our mail, for bounce_token */
};

/* Reads message[0..n). from_nobody: its envelope sender is empty (`MAIL FROM:<>`).
   *out is filled in whole; bounce_free in any case. False: out of memory. */
bool bounce_read(struct bounce *out, char const *message, size_t n, bool from_nobody);
void bounce_free(struct bounce *b);

/* Steps through the candidates for a token in the header of a returned mail: runs of letters and
   digits in List-Unsubscribe, Return-Path and Original-Mail-From. *at starts as 0; *token points
   into the header. The caller verifies each. False: no more. */
bool bounce_token(char const *header, size_t n, size_t *at, char const **token, size_t *len);

#endif
