/* Inside the dialogue: what its files (smtp*.c) share. Nobody else includes this. */
#ifndef SMTP_DIALOGUE_VERBS_H
#define SMTP_DIALOGUE_VERBS_H

#include "smtp/dialogue.h"

/* Says one line; counts errors. The word goes where the table has %w. */
void dialogue_say(struct dialogue *s, enum reply r, char const *word);
/* One line of several: not the last. */
void dialogue_say_more(struct dialogue *s, enum reply r, char const *word);

/* The verbs. arg[0..n) is what follows the verb, blanks at both ends taken off, with
   arg[n] writable. */
void dialogue_auth(struct dialogue *s, char *arg, size_t n);
void dialogue_mail(struct dialogue *s, char *arg, size_t n);
void dialogue_rcpt(struct dialogue *s, char *arg, size_t n);
void dialogue_data(struct dialogue *s, char *arg, size_t n);
void dialogue_bdat(struct dialogue *s, char *arg, size_t n);

/* A line inside AUTH. */
void dialogue_auth_line(struct dialogue *s, char *line, size_t n);

/* Takes octets of the body or chunk off p[0..n); p[-1] is writable. Returns how many. */
size_t dialogue_body_feed(struct dialogue *s, char *p, size_t n);

/* The client left in mid-body: its contacts are imported all the same. */
void dialogue_body_lost(struct dialogue *s, enum dialogue_end why);

/* Ends the transaction. verdict: the word for the log, NULL to log nothing; reason: what the
   client is told beside it, or NULL. */
void dialogue_transaction_end(struct dialogue *s, char const *verdict, struct answer const *v, char const *reason);

/* Ends one that came to nothing: RSET, EHLO, QUIT, gone before DATA. */
void dialogue_abandon(struct dialogue *s);

#endif
