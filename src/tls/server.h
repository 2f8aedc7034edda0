/* The TLS server: ECDHE with AEAD suites (and CBC suites only if a version before 1.2 is allowed), in
   the server's order, without renegotiation, one certificate per server name. BearSSL is the
   engine. */
#ifndef TLS_SERVER_H
#define TLS_SERVER_H

#include "tls/keypair.h"

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>

/* The engine's buffers. A client may send the largest records, 325 octets longer than their text. Ours
   are at most 4096 octets and the 85 of the engine. Pages that a session does not touch take no
   memory. */
#define SERVER_IN (16384 + 325)
#define SERVER_OUT (4096 + 85)

struct server_room {
	unsigned char out[SERVER_OUT], in[SERVER_IN];
};

struct server {
	br_ssl_server_context ctx;
	br_ssl_server_policy_class const *policy; /* by which the engine calls this module */
	struct keypair const *pairs;
	size_t pairs_len;
};

/* Prepares one handshake and seeds the generator of random numbers. Seeding may open a file: call it
   before the process gives up its rights. room: used as long as s. pairs: at least one, used until the handshake ends;
   pairs with a name serve that name only. min: the lowest version, BR_TLS10, BR_TLS11 or
   BR_TLS12. False: no randomness. */
bool server_init(struct server *s, struct server_room *room, struct keypair const *pairs, size_t n, unsigned int min);

/* After the handshake: wipes the master secret, which only another handshake needs. */
void server_forget(struct server *s);

/* May this server use the suite? */
bool server_has_suite(struct server const *s, unsigned int suite);

/* The protocol and the suite by their names in OpenSSL. After the handshake. */
char const *server_protocol(struct server const *s);
char const *server_suite(struct server const *s);

/* The server name that the client sent, or NULL: it sent none, or one with other characters than
   letters, digits, dots, hyphens and underscores. */
char const *server_name(struct server const *s);

#endif
