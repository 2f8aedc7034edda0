/* The TLS server as this house wants it: ECDHE with AEAD suites (and, only where an older
   version than 1.2 is let in, CBC), in our order, without renegotiation; one certificate
   per server name. BearSSL is the engine. */
#ifndef TLS_SERVER_H
#define TLS_SERVER_H

#include "tls/keypair.h"

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>

/* A client may send records of the maximal size, so there must be room for one (325 octets
   more than its text); our own are at most 4096 octets and the engine's 85. What a session
   doesn't touch of this costs nothing. */
#define SERVER_IN (16384 + 325)
#define SERVER_OUT (4096 + 85)

struct server {
	br_ssl_server_context ctx;
	br_ssl_server_policy_class const *policy; /* the engine's way back here */
	struct keypair const *pairs;
	size_t pairs_len;
	struct keypair const *chosen; /* once the handshake has come that far */
	unsigned char in[SERVER_IN], out[SERVER_OUT];
};

/* Makes ready for one handshake, and seeds the generator: from the system's, which may
   open a file, so this comes before the privileges go. The pairs (at least one; those with
   a name serve it alone) are used until the handshake ends. min: BR_TLS10, BR_TLS11 or
   BR_TLS12. False: no randomness. */
bool server_init(struct server *s, struct keypair const *pairs, size_t n, unsigned int min);

/* After the handshake: forgets what only another one would need, and there is none. */
void server_forget(struct server *s);

/* Before a suite is used whose code was not picked by server_init: to ask the processor for
   ChaCha20's takes as long as a handshake's smaller steps, and few clients choose that. */
void server_equip(br_ssl_server_context *ctx, unsigned int suite);

/* Would this server take `suite` at all? */
bool server_has_suite(struct server const *s, unsigned int suite);

/* The protocol and the suite, as OpenSSL and mod_ssl call them. After the handshake. */
char const *server_protocol(struct server const *s);
char const *server_suite(struct server const *s);

/* The name the client asked for, or NULL when it gave none or none that is fit for an
   environment variable (letters, digits, dots, hyphens and underscores). */
char const *server_name(struct server const *s);

#endif
