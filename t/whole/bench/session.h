/* One SMTP client session, without I/O: it returns octets to send, and is passed the octets
   received. A session is EHLO, AUTH PLAIN if there is a login, a number of messages, QUIT. */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include <stdbool.h>
#include <stddef.h>

enum phase { GREETING, EHLO, AUTH, MAIL, RCPT, DATA, BODY, QUIT, OVER };

/* The settings of all sessions of a run. */
struct plan {
	char const *helo, *from;
	char const *auth;    /* the initial response of AUTH PLAIN, or NULL: no login */
	unsigned int rcpts;  /* of each message */
	unsigned int per;    /* messages of a connection; 0: EHLO and QUIT only */
	bool burst;          /* MAIL, RCPT and DATA without waiting (RFC 2920) */
	enum phase hold;     /* the session stops before this phase */
	char const *message; /* its octets after the Message-ID field, with the final dot */
	size_t len;
};

/* A place in the dialogue. */
struct cursor {
	enum phase phase;
	unsigned int rcpts, messages; /* recipients sent so far; messages ended so far */
};

#define SESSION_OUT 16384

struct session {
	struct plan const *plan;
	struct cursor said, answered;
	unsigned int waiting; /* replies that have not arrived yet */
	size_t line_len, out_len, body_len;
	char const *body; /* to be sent after out */
	char line[1024];  /* of a reply, so far */
	char out[SESSION_OUT];
};

void session_start(struct session *s, struct plan const *plan);

/* Puts the octets that can be sent now to out and body, which the caller empties before the next call.
   False: the session waits for a reply. */
bool session_produce(struct session *s);

/* True if everything before plan->hold was sent and answered. */
bool session_held(struct session const *s);

/* Reads received octets. False: an unexpected reply, which is in line. */
bool session_feed(struct session *s, char const *in, size_t n);

#endif
