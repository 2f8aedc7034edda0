/* A connection to the mail server. libcurl makes it: TLS, EHLO, login. The commands of each mail are
   written here, MAIL, RCPT and DATA together if the server offers PIPELINING (RFC 2920). */
#ifndef SEND_MTA_H
#define SEND_MTA_H

#include "base/buf.h"
#include "send/session.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#define MTA_LINE 4096 /* octets of a reply line at most */
#define MTA_END ".\r\n" /* after a mail's last line */

/* Extensions that a server may offer in its reply to EHLO. */
enum mta_offer { MTA_PIPELINING, MTA_SIZE, MTA_SMTPUTF8, MTA_OFFERS };

/* All zero, but for the server: not connected. */
struct mta {
	struct session_server const *server;
	CURL *curl;       /* NULL: not connected */
	curl_socket_t fd;
	bool has[MTA_OFFERS];
	bool wants_reset; /* the last mail was refused: RSET comes before the next */
	char in[MTA_LINE]; /* in[at..len) is not read yet */
	size_t at, len;
	struct buf commands;

	/* Of the last reply of 400 and above while libcurl connects; code is 0 without one. */
	int code;
	char text[SESSION_TEXT];
};

/* Sends a mail; connects first, if there is no connection. The address of the envelope sender may be
   empty. mail[0..n) has CRLF as line ends, no line that begins with a dot, and MTA_END at its end. */
void mta_send(struct mta *m, char const *from, char const *to, char const *mail, size_t n, struct session_result *result);

/* Says QUIT, waits 5 seconds for the reply, and closes, if there is a connection. Frees the memory. */
void mta_quit(struct mta *m);

#endif
