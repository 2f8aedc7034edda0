/* The dialogue: RFC 5321 with AUTH (4954), STARTTLS (3207), PIPELINING (2920), CHUNKING
   (3030), SIZE (1870), 8BITMIME (6152), SMTPUTF8 (6531), and the voice of SPEC.

   It does no I/O. Octets from the client go in, in pieces of any size; what has to be
   done goes out through the hooks, and what to do next is returned. So the whole of it
   runs without a socket, and cut at every octet. */
#ifndef SMTP_DIALOGUE_H
#define SMTP_DIALOGUE_H

#include "accounts/accounts.h"
#include "mail/address.h"
#include "smtp/data.h"
#include "smtp/rcptset.h"
#include "service/reply.h"
#include "service/answer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIALOGUE_LINE 2048       /* octets of a command line with its end, unless set */
#define DIALOGUE_AUTH_LINE 12288 /* of one that carries a SASL response: RFC 4954 4 */
#define DIALOGUE_USER 255        /* octets of a login */
#define DIALOGUE_HELO 255
#define DIALOGUE_CREDENTIALS 512 /* of user NUL password NUL timestamp NUL */
#define DIALOGUE_PROGRESS 8192   /* octets of a body that restart the clock for a command */

struct dialogue_config {
	char const *host, *brand, *url, *date; /* of the replies; date for the greeting */
	uint64_t max_size;                     /* octets of a message */
	uint32_t max_rcpt;                     /* recipients of a message */
	size_t max_rcpt_octets;
	size_t max_line, max_auth_line;        /* octets, line end included */
	unsigned int max_errors, max_logins;
	bool cleartext;   /* -p: login without TLS */
	bool any_sender;  /* -A */
	bool plain_queue; /* -q: the queue is not ours: no contacts without a send */
};

enum dialogue_lookup { DIALOGUE_YES, DIALOGUE_NO, DIALOGUE_UNKNOWN };
enum dialogue_tls { DIALOGUE_TLS_NONE, DIALOGUE_TLS_READY, DIALOGUE_TLS_BROKEN };

struct dialogue;
struct dialogue_record;

/* The world. Each gets arg; none may call back into the dialogue. */
struct dialogue_hooks {
	void *arg;
	/* Reply octets, whole lines. Kept until the caller next waits for the client. */
	void (*reply)(void *arg, char const *s, size_t n);
	/* Right password? And what a failed login costs: waits before it is answered. */
	enum dialogue_lookup (*login)(void *arg, char const *user, size_t un, char const *password, size_t pn);
	void (*delay)(void *arg);
	/* The settings of a plan; DIALOGUE_NO: there is none of that name. */
	enum dialogue_lookup (*plan)(void *arg, char const *plan, size_t n, struct accounts_plan *out);
	/* Is the address (lowered) a sender of the plan? */
	enum dialogue_lookup (*sender)(void *arg, char const *plan, size_t pn, char const *address, size_t n);
	/* Can TLS be started now? */
	enum dialogue_tls (*tls)(void *arg);
	/* Starts a body; takes a piece of it. False: no room (what follows is not kept). */
	bool (*body_start)(void *arg);
	bool (*body)(void *arg, char const *s, size_t n);
	/* Runs the queue program with the body collected, or with an empty message. */
	void (*queue)(void *arg, struct dialogue const *s, bool empty, char const *envelope, size_t n,
		struct answer *out);
	/* One line of the log. */
	void (*log)(void *arg, struct dialogue const *s, struct dialogue_record const *r);
	/* Milliseconds of a clock that only goes forward. */
	uint64_t (*clock)(void *arg);
	/* Must the session end, whatever else the client has sent already? Asked after the
	   queue program has taken its time. Once it is, it stays true. */
	bool (*over)(void *arg);
};

/* What the log says of a transaction or a failed login. */
struct dialogue_record {
	char const *verdict; /* a word of saca-smtpd(8) */
	char const *reason;  /* why it was refused, as the client is told: printable ASCII; or NULL */
	char const *user;    /* user_n octets */
	size_t user_n;
	char const *sender;
	size_t sender_n;
	uint32_t rcpts;
	uint64_t size;
	char const *id, *uuid;
	size_t id_n, uuid_n;
	uint64_t ms;
};

enum dialogue_phase { PHASE_IDLE, PHASE_MAIL, PHASE_RCPT, PHASE_DATA, PHASE_BDAT };
enum dialogue_reading { READING_COMMANDS, READING_USERNAME, READING_PASSWORD, READING_PLAIN, READING_BODY, READING_CHUNK, READING_HANDSHAKE };

struct dialogue {
	struct dialogue_config const *config;
	struct dialogue_hooks const *hooks;
	char size_text[21];

	/* the session */
	char helo[DIALOGUE_HELO + 1];
	bool ehlo, tls, logged_in;
	char user[DIALOGUE_USER + 1]; /* the login, when logged in; or while one is on its way */
	size_t user_n, plan_at;   /* the plan is user[plan_at..user_n) */
	struct accounts_plan plan;
	bool plan_known;
	unsigned int errors, logins;
	bool closing;

	/* the line being read */
	size_t scanned;   /* octets of it already searched for its end */
	bool skipping;    /* it was too long: the rest is dropped */
	enum dialogue_reading reading;

	/* the transaction */
	enum dialogue_phase phase;
	bool utf8, crlf; /* SMTPUTF8; the command line ended in CRLF */
	char sender[ADDRESS_MAX + 1];
	size_t sender_n;
	struct rcptset rcpts;
	struct data data;
	bool broken;       /* the body could not be kept: a temporary failure */
	bool no_memory;    /* likewise the recipients */
	uint64_t began;

	/* the chunk being read (BDAT) */
	uint64_t chunk_left, chunk_size;
	bool chunk_last, chunk_drop;
	enum reply chunk_refusal;

	/* what the clocks look at */
	uint64_t progress; /* changes with each command and each DIALOGUE_PROGRESS octets of a body */
	size_t body_since;
	bool queued; /* the queue program has run since the caller was last asked whether it is over */
};

enum dialogue_next {
	DIALOGUE_READ,  /* more octets, please: none of the rest is a whole line, or it is over */
	DIALOGUE_START_TLS,   /* send what is to be sent, throw away what was read, do the handshake */
	DIALOGUE_CLOSE  /* send what is to be sent, and close */
};

enum dialogue_end { DIALOGUE_VANISHED, DIALOGUE_TIMEOUT, DIALOGUE_SHUTDOWN };

/* Begins a session with the greeting. key: SIPHASH_KEY random octets. The config and the
   hooks must outlive it; tls: the session is under TLS already. */
void dialogue_start(struct dialogue *s, struct dialogue_config const *config, struct dialogue_hooks const *hooks,
	unsigned char const *key, bool tls);

/* Takes octets: p[0..n), of which *used were taken; the rest, a piece of a line, must be
   given again with what comes next. p[-1..*used) may be overwritten: p[-1] must be there. n must
   be able to grow to max_line and max_auth_line. */
enum dialogue_next dialogue_feed(struct dialogue *s, char *p, size_t n, size_t *used);

/* After DIALOGUE_START_TLS: the handshake went well; the session is as new (RFC 3207 4.2). */
void dialogue_tls_started(struct dialogue *s);

/* The session ends by itself: logs what is open, imports the contacts of a body that had
   begun (SPEC, Contacts without a send), says 421 where there is somebody to hear it. */
void dialogue_end(struct dialogue *s, enum dialogue_end why);

/* Is a body being read? */
bool dialogue_in_body(struct dialogue const *s);

/* SMTP, ESMTP, ESMTPSA, UTF8SMTPA...: RFC 3848, RFC 6531 4.3. A constant string. */
char const *dialogue_protocol(struct dialogue const *s);

/* Wipes and frees. */
void dialogue_free(struct dialogue *s);

#endif
