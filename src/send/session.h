/* One SMTP session: a process of its own, with a connection (send/mta.h). It gets one mail at a time from its
   parent, and reports the outcome. The connection stays open between mails.

   The parent and the process share a socket. The process ends when the parent closes its end,
   or has died; it finishes the mail it has, since SIGTERM and SIGINT do not reach it. */
#ifndef SEND_SESSION_H
#define SEND_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SESSION_TEXT 400 /* octets of a reason, with its NUL */

/* The server that gets the mails. */
struct session_server {
	char const *url;     /* smtp://HOST[:PORT] or smtps://HOST[:PORT] */
	char const *host;    /* our name, in EHLO */
	bool require_tls;    /* STARTTLS must be offered */
	unsigned patience;   /* seconds until a reply; connecting has at most 30 */
};

/* The outcome of one mail. */
enum session_outcome {
	SESSION_HANDED,         /* the server took it */
	SESSION_DEFERRED,       /* 4xx to RCPT, to DATA or to its end */
	SESSION_REFUSED,        /* 5xx to one of them */
	SESSION_SENDER_REFUSED, /* 5xx to MAIL: no mail of this sender can be sent */
	SESSION_DOWN,           /* the server cannot be reached, or takes no mail at present */
	SESSION_LOST,           /* the connection ended after RCPT, before the whole mail was sent */
	SESSION_IN_DOUBT        /* no reply came after the last octet was sent */
};

struct session_result {
	enum session_outcome outcome;
	int code;                /* of the reply, 0 without one */
	char text[SESSION_TEXT]; /* the last line of the reply, or the reason; printable ASCII */
};

/* Starts the process. Returns its pid, and in *fd the parent's end of the socket,
   close-on-exec; -1: errno. All other descriptors above 2 are closed in the process. */
pid_t session_start(int *fd, struct session_server const *server);

/* Gives the process a mail; addresses without brackets. It must be waiting for one. False: errno;
   the process has died. */
bool session_give(int fd, char const *from, size_t from_len, char const *to, size_t to_len,
	char const *mail, size_t n);

/* Reads the outcome, waiting for it. False: the process has died. */
bool session_read(int fd, struct session_result *result);

/* Is the URL one of smtp:// or smtps://, with a host and nothing after the port? */
bool session_url_is_valid(char const *url);

/* Does the URL name this host itself (localhost, 127.0.0.0/8, ::1)? */
bool session_url_is_local(char const *url);

#endif
