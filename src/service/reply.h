/* Every text that a client reads, in two tables: the replies of the dialogue (RFC 5321), and the
   refusals. A refusal is the reason why a message is refused for good, or cannot be accepted yet. A
   platform that wants other words changes reply.c. */
#ifndef SERVICE_REPLY_H
#define SERVICE_REPLY_H

#include "service/answer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A reply line with its CRLF: RFC 5321 4.5.3.1.5. */
#define REPLY_LINE 512

enum reply {
	REPLY_GREETING,
	REPLY_HELO,
	REPLY_EHLO,
	REPLY_REGISTERED,
	REPLY_CONDITIONS,
	REPLY_HELP_COMMANDS,
	REPLY_HELP_URL,
	REPLY_OK,
	REPLY_ACCEPTED_RCPT,
	REPLY_START_DATA,
	REPLY_CHUNK,
	REPLY_QUEUED,
	REPLY_CLOSING,
	REPLY_VRFY,
	REPLY_START_TLS,
	REPLY_USERNAME,
	REPLY_PASSWORD,
	REPLY_CHALLENGE,
	REPLY_LOGGED_IN,
	REPLY_TIMEOUT,
	REPLY_ERRORS,
	REPLY_LOGINS,
	REPLY_SHUTDOWN,
	REPLY_QUEUE_FAILED,
	REPLY_QUEUE_SAYS,
	REPLY_NO_MEMORY,
	REPLY_ACCOUNTS,
	REPLY_RECIPIENTS,
	REPLY_DISK_FULL,
	REPLY_TLS_DEAD,
	REPLY_LOGIN_DEAD,
	REPLY_UNKNOWN,
	REPLY_SYNTAX,
	REPLY_INTERNAL,
	REPLY_ARGUMENT,
	REPLY_NO_ARGUMENT,
	REPLY_PATH,
	REPLY_8BIT,
	REPLY_BASE64,
	REPLY_CANCELLED,
	REPLY_BDAT_SIZE,
	REPLY_NOT_HERE,
	REPLY_NO_TLS,
	REPLY_NEED_RCPT,
	REPLY_NEED_MAIL,
	REPLY_NESTED_MAIL,
	REPLY_AFTER_BDAT,
	REPLY_IN_TRANSACTION,
	REPLY_AUTH_TWICE,
	REPLY_TLS_TWICE,
	REPLY_PARAMETER,
	REPLY_AUTH_REQUIRED,
	REPLY_CREDENTIALS,
	REPLY_ENCRYPT,
	REPLY_SIZE,
	REPLY_SENDER,
	REPLY_UNKNOWN_PARAMETER,
	REPLIES
};

/* The values of the letters after a % in the table; NULL is "". */
struct reply_words {
	char const *host, *brand, *url, *date, *size; /* %h %b %u %d %s: settings */
	char const *word;                             /* %w: depends on the reply */
};

/* Writes the whole line, its CRLF included, to out; returns its length. is_last: a blank follows
   the code, and not a hyphen. Octets of the words outside printable ASCII become `?`. The line
   is cut at REPLY_LINE. */
size_t reply_format(char out[REPLY_LINE], enum reply r, struct reply_words const *words, bool is_last);

/* The code of a reply, 220 to 555. */
int reply_code(enum reply r);

/* A comment names the word or numbers of a text. */
enum refusal {
	REFUSAL_UNSTATED,    /* the queue program gives no reason */
	REFUSAL_NO_TEXT,
	REFUSAL_NO_HTML,
	REFUSAL_NO_TEXT_NO_HTML,
	REFUSAL_BLANK_TEXT,
	REFUSAL_BLANK_HTML,
	REFUSAL_BLANK_TEXT_AND_HTML,
	REFUSAL_DEEP,        /* a: levels allowed */
	REFUSAL_PARTS,       /* a: parts allowed */
	REFUSAL_FIELD,       /* a: octets allowed */
	REFUSAL_NUL,
	REFUSAL_EMPTY,
	REFUSAL_SIZE,        /* a: octets allowed */
	REFUSAL_CONTACTS,    /* a: contacts wanted, b: allowed */
	REFUSAL_CREDIT,      /* a: contacts left, b: wanted */
	REFUSAL_ENVELOPE,
	REFUSAL_ADDRESS,     /* word: an address that is too long */
	REFUSAL_SENDER,      /* word: the sender */
	REFUSAL_RECIPIENT,   /* word: the recipient */
	REFUSAL_NO_RECIPIENT,
	REFUSAL_RECIPIENTS,
	REFUSAL_NO_MEMORY,   /* from here on the client may try again later */
	REFUSAL_UNREADABLE,
	REFUSAL_NO_NUMBER,
	REFUSAL_NO_CREDIT_FILE,
	REFUSALS
};

#define REFUSAL_TEXT (ANSWER_LINE - 1) /* octets of a text, with its NUL: fits after the letter */

/* Writes the text, NUL-terminated: printable ASCII, cut at REFUSAL_TEXT. word (NULL is ""), a and
   b: see enum refusal. */
void refusal_format(char out[REFUSAL_TEXT], enum refusal r, char const *word, uint64_t a, uint64_t b);

#endif
