/* Inside the dialogue: what its files (smtp*.c) share. Nobody else includes this. */
#ifndef SMTP_DIALOGUE_VERBS_H
#define SMTP_DIALOGUE_VERBS_H

#include "smtp/dialogue.h"

/* Says one line; counts errors. The word goes where the table has %w. */
void smtp_say(struct smtp *s, enum reply r, char const *word);
/* One line of several: not the last. */
void smtp_say_more(struct smtp *s, enum reply r, char const *word);

/* The verbs. arg[0..n) is what follows the verb, blanks at both ends taken off, with
   arg[n] writable. */
void smtp_auth(struct smtp *s, char *arg, size_t n);
void smtp_mail(struct smtp *s, char *arg, size_t n);
void smtp_rcpt(struct smtp *s, char *arg, size_t n);
void smtp_data(struct smtp *s, char *arg, size_t n);
void smtp_bdat(struct smtp *s, char *arg, size_t n);

/* A line inside AUTH. */
void smtp_auth_line(struct smtp *s, char *line, size_t n);

/* Takes octets of the body or chunk off p[0..n); p[-1] is writable. Returns how many. */
size_t smtp_body_feed(struct smtp *s, char *p, size_t n);

/* The client left in mid-body: its contacts are imported all the same. */
void smtp_body_lost(struct smtp *s, enum smtp_end why);

/* Ends the transaction. verdict: the word for the log, NULL to log nothing; reason: what the
   client is told beside it, or NULL. */
void smtp_transaction_end(struct smtp *s, char const *verdict, struct answer const *v, char const *reason);

/* Ends one that came to nothing: RSET, EHLO, QUIT, gone before DATA. */
void smtp_abandon(struct smtp *s);

#endif
