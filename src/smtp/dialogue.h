/* The SMTP dialogue: an engine that takes the client's octets and gives octets back.

   It implements RFC 5321 with AUTH (4954, 4616), STARTTLS (3207), PIPELINING (2920), CHUNKING
   (3030), SIZE (1870), 8BITMIME (6152) and SMTPUTF8 (6531). It does no I/O: descriptors, clocks
   and programs are the caller's. src/prog/saca-smtpd.c is the caller; tests are others.

   Input. The caller reads octets into a buffer and passes it to dialogue_feed. The engine
   takes whole command lines, and body octets as they come. The caller passes the rest of the
   buffer, the start of a line, again with more octets after it. The sizes of the pieces make
   no difference to the result.

   Output. Replies, body octets and log records go out through hooks. Other hooks ask the caller:
   is the password right, does the plan own the sender, did the queue program accept the message?
   Hooks are called while dialogue_feed runs. They must not call the dialogue.

   Result. dialogue_feed returns what the caller does next: read more octets, start TLS, or
   close. The caller sends the replies before it waits for the client.

   State. `phase` is the step of the mail transaction. `reading` is the kind of the next octets: a
   command, a line of AUTH, a body. dialogue_verbs.h has the functions that change them.

   Clocks. The caller limits the time for each command and for each DIALOGUE_PROGRESS octets of
   a body: it restarts its clock when `progress` has changed. */
#ifndef SMTP_DIALOGUE_H
#define SMTP_DIALOGUE_H

#include "accounts/accounts.h"
#include "mail/address.h"
#include "service/answer.h"
#include "service/reply.h"
#include "smtp/data.h"
#include "smtp/rcptset.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIALOGUE_LINE 2048       /* default limit of a command line, in octets */
#define DIALOGUE_AUTH_LINE 12288 /* of a line with credentials: RFC 4954 section 4 */
#define DIALOGUE_USER 255        /* octets of a login */
#define DIALOGUE_HELO 255        /* octets kept of the name in HELO or EHLO */
#define DIALOGUE_CREDENTIALS 512 /* octets of user NUL password NUL timestamp NUL */
#define DIALOGUE_PROGRESS 8192   /* body octets that count as progress */

struct dialogue_config {
	char const *host, *brand, *url, *date; /* for the replies; date is the greeting's */
	uint64_t max_size;                     /* octets of a message */
	uint32_t max_rcpt;                     /* recipients of a message */
	size_t max_rcpt_octets;                /* octets of their addresses */
	size_t max_line, max_auth_line;        /* octets of a line, its end included */
	unsigned int max_errors, max_logins;   /* errors and failed logins of a session */
	bool cleartext;   /* login without TLS is allowed */
	bool any_sender;  /* the sender need not be one of the plan's */
	bool plain_queue; /* the queue program is not saca's: it cannot import contacts alone */
};

/* The result of a question to the caller. */
enum dialogue_lookup {
	DIALOGUE_YES,
	DIALOGUE_NO,
	DIALOGUE_UNKNOWN /* a failure: the client shall try again later */
};

enum dialogue_tls {
	DIALOGUE_TLS_NONE, /* there is no TLS wrapper */
	DIALOGUE_TLS_READY,
	DIALOGUE_TLS_BROKEN /* the wrapper has gone */
};

struct dialogue;

/* A line of the log: a transaction that has ended, or a login that failed. Strings that have
   a length beside them are not NUL-terminated. */
struct dialogue_record {
	char const *verdict; /* a word of saca-smtpd(8), THE LOG */
	char const *reason;  /* the refusal as the client reads it: printable ASCII; or NULL */
	char const *user;
	size_t user_n;
	char const *sender;
	size_t sender_n;
	uint32_t rcpts;
	uint64_t size;
	char const *id, *uuid;
	size_t id_n, uuid_n;
	uint64_t ms; /* since MAIL or AUTH */
};

struct dialogue_hooks {
	void *arg; /* the first argument of each hook */

	/* Takes the octets of a reply line. The caller may keep them until it waits. */
	void (*reply)(void *arg, char const *s, size_t n);

	/* Checks the password of a login. DIALOGUE_NO: the password is wrong, or there is no such login. */
	enum dialogue_lookup (*login)(void *arg, char const *user, size_t un, char const *password, size_t pn);

	/* Waits before a failed login is answered. */
	void (*delay)(void *arg);

	/* Reads the settings of a plan into out. DIALOGUE_NO: the plan is not in the accounts. */
	enum dialogue_lookup (*plan)(void *arg, char const *plan, size_t n, struct accounts_plan *out);

	/* Is the address, in lower case, a sender of the plan? */
	enum dialogue_lookup (*sender)(void *arg, char const *plan, size_t pn, char const *address, size_t n);

	/* Can TLS be started now? */
	enum dialogue_tls (*tls)(void *arg);

	/* Starts a body; appends octets to it. False: there is no room, and the rest of the
	   body will not be passed. */
	bool (*body_start)(void *arg);
	bool (*body)(void *arg, char const *s, size_t n);

	/* Runs the queue program with an envelope in the form of qmail-queue(8), and with the
	   body, or with an empty message. */
	void (*queue)(void *arg, struct dialogue const *d, bool empty, char const *envelope, size_t n,
		struct answer *out);

	/* Writes a line of the log. */
	void (*log)(void *arg, struct dialogue const *d, struct dialogue_record const *r);

	/* The time, in milliseconds; it never goes back. */
	uint64_t (*clock)(void *arg);

	/* Must the session end, though the client has sent more? Asked after the queue program
	   has run, which may take long. Once true, it stays true. */
	bool (*over)(void *arg);
};

enum dialogue_phase { PHASE_IDLE, PHASE_MAIL, PHASE_RCPT, PHASE_DATA, PHASE_BDAT };

enum dialogue_reading {
	READING_COMMANDS,
	READING_USERNAME, /* of AUTH LOGIN */
	READING_PASSWORD,
	READING_PLAIN,    /* the response of AUTH PLAIN */
	READING_BODY,     /* after DATA */
	READING_CHUNK,    /* after BDAT */
	READING_HANDSHAKE /* after the 220 of STARTTLS */
};

/* The fields are the engine's; a caller reads them only. */
struct dialogue {
	struct dialogue_config const *config;
	struct dialogue_hooks const *hooks;
	char size_text[NUM_FMT]; /* max_size, for the replies */

	/* the session */
	char helo[DIALOGUE_HELO + 1];
	bool ehlo, tls, logged_in;
	char user[DIALOGUE_USER + 1]; /* the login, once logged in or while AUTH LOGIN runs */
	size_t user_n, plan_at;       /* the plan is user[plan_at..user_n) */
	struct accounts_plan plan;
	bool plan_known;
	unsigned int errors, logins;
	bool closing;

	/* the line being read */
	enum dialogue_reading reading;
	size_t scanned; /* octets that are known to hold no line end */
	bool skipping;  /* the line is too long: its octets are dropped up to its end */

	/* the transaction */
	enum dialogue_phase phase;
	bool utf8, crlf; /* MAIL had SMTPUTF8; the last command ended in CRLF */
	char sender[ADDRESS_MAX + 1];
	size_t sender_n;
	struct rcptset rcpts;
	struct data data;
	bool broken;    /* the hook had no room for the body */
	uint64_t began; /* the time of MAIL or AUTH */

	/* the chunk of BDAT being read */
	uint64_t chunk_left, chunk_size;
	bool chunk_last, chunk_drop;
	enum reply chunk_refusal; /* the reply, if the chunk is dropped */

	/* for the caller's clocks */
	uint64_t progress; /* changes with each command and each DIALOGUE_PROGRESS octets of a body */
	size_t body_since; /* body octets since then */
	bool queued;       /* the queue program has run since the last call of hooks->over */
};

enum dialogue_next {
	DIALOGUE_READ,      /* read more octets, or the session is over */
	DIALOGUE_START_TLS, /* send the replies, do the handshake, call dialogue_tls_started */
	DIALOGUE_CLOSE      /* send the replies, and close */
};

enum dialogue_end { DIALOGUE_VANISHED, DIALOGUE_TIMEOUT, DIALOGUE_SHUTDOWN };

/* Begins a session with the greeting. key: SIPHASH_KEY random octets. config and hooks must
   outlive the session. tls: the session is under TLS already. */
void dialogue_start(struct dialogue *d, struct dialogue_config const *config, struct dialogue_hooks const *hooks,
	unsigned char const *key, bool tls);

/* Takes octets from p[0..n), sets *used to how many, and overwrites them; it may also write
   to p[-1], which must exist. The buffer must be able to hold max_line and max_auth_line
   octets. Credentials are wiped once they have been used. */
enum dialogue_next dialogue_feed(struct dialogue *d, char *p, size_t n, size_t *used);

/* After DIALOGUE_START_TLS: call it when the handshake has succeeded. The session starts over
   (RFC 3207 section 4.2). */
void dialogue_tls_started(struct dialogue *d);

/* Ends a session that the client has not ended with QUIT. Logs an open transaction, queues the
   contacts of a body that had begun (saca-smtpd(8), Contacts without a send), and replies 421 unless
   the client has vanished. */
void dialogue_end(struct dialogue *d, enum dialogue_end why);

/* Are the next octets a body? */
bool dialogue_in_body(struct dialogue const *d);

/* Returns the protocol by which the message was received, for Received: SMTP, ESMTP, ESMTPSA,
   UTF8SMTPA and the like (RFC 3848, RFC 6531 section 4.3). A constant string. */
char const *dialogue_protocol(struct dialogue const *d);

/* Frees the memory and wipes the session. */
void dialogue_free(struct dialogue *d);

#endif
