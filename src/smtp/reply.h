/* Everything the dialogue says, in one table. */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include <stddef.h>

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

/* What the letters behind a % in the table stand for; NULL is "". */
struct reply_words {
	char const *host, *brand, *url, *date, *size; /* %h %b %u %d %s: settings */
	char const *word;                             /* %w: what the moment brings */
};

/* Writes the whole line, its CRLF included, to out (REPLY_LINE octets); returns its
   length. last: the last line of the reply (code and blank) or another (code and
   hyphen). Whatever the words hold, octets outside printable ASCII become `?`, and the
   line is cut at REPLY_LINE. */
size_t reply_format(char *out, enum reply r, struct reply_words const *words, int last);

/* The code of a reply, 220 to 555. */
int reply_code(enum reply r);

#endif
