/* Inside the dialogue: the functions that its four files share. Other files do not include this.

   dialogue.c       sessions, lines, the table of verbs
   dialogue_auth.c  AUTH
   dialogue_mail.c  MAIL, RCPT, the transaction
   dialogue_body.c  DATA, BDAT, the queue's answer */
#ifndef SMTP_DIALOGUE_VERBS_H
#define SMTP_DIALOGUE_VERBS_H

#include "smtp/dialogue.h"

/* Sends a reply of one line, or the last line of one, and counts errors. word: for the %w of
   the table of replies, or NULL. */
void dialogue_reply(struct dialogue *d, enum reply r, char const *word);

/* The verbs. arg[0..n) is the rest of the line without blanks at its ends; arg[n] is
   writable. */
void dialogue_auth(struct dialogue *d, char *arg, size_t n);
void dialogue_mail(struct dialogue *d, char *arg, size_t n);
void dialogue_rcpt(struct dialogue *d, char *arg, size_t n);
void dialogue_data(struct dialogue *d, char *arg, size_t n);
void dialogue_bdat(struct dialogue *d, char *arg, size_t n);

/* Takes a line inside AUTH, and wipes it. */
void dialogue_auth_line(struct dialogue *d, char *line, size_t n);

/* Takes octets of the body or chunk from p[0..n), with p[-1] writable. Returns how many. */
size_t dialogue_body_feed(struct dialogue *d, char *p, size_t n);

/* The session ends in the middle of a body: queues the contacts. */
void dialogue_body_lost(struct dialogue *d, enum dialogue_end why);

/* Ends the transaction, with a line of the log unless verdict is NULL. answer: the queue's, if
   it accepted, or NULL. reason: see struct dialogue_record. */
void dialogue_transaction_end(struct dialogue *d, char const *verdict, struct answer const *answer,
	char const *reason);

/* Ends a transaction, if there is one, that did not get as far as a body. */
void dialogue_abandon(struct dialogue *d);

#endif
