/* Sessions to be resumed by another process: a cache in a file.

   FILE is a table of buckets of four entries. An entry is found by a keyed hash of the
   session's ID; what it keeps (version, suite, master secret) is sealed with a key made of
   that ID and of a secret which lies in FILE.key, is replaced every hour and is remembered
   for one more. FILE alone, or FILE and a recording of the wire, tells nothing. The name
   the client asked for is sealed in too, so that no session is resumed under another one
   (RFC 6066 3).

   Nothing is locked but the replacing of the secret. An entry that two processes write at
   once, that a killed one left half-written, or that anybody tampered with, does not open:
   it is a session not found, and a full handshake follows. */
#ifndef TLS_SESSIONS_H
#define TLS_SESSIONS_H

#include "tls/server.h"

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSIONS_SECRET 32

struct sessions_secret {
	uint64_t period; /* hours since 1970 */
	unsigned char key[SESSIONS_SECRET];
	bool known;
};

struct sessions {
	br_ssl_session_cache_class const *cache; /* the engine's way back here */
	int fd;                                  /* FILE; -1: no cache */
	uint64_t buckets;
	struct sessions_secret secrets[2];       /* this hour's, then the one before */
	unsigned char name[br_sha256_SIZE];      /* of the server name in the ClientHello */
	bool usable;                             /* that name is known */
	struct server const *server;
};

/* Makes FILE for at least `entries` sessions, and FILE.key, unless they are there and
   right; both 0600. False: *why says what went wrong, errno the rest. */
bool sessions_make(char const *file, uint64_t entries, char const **why);

/* Opens the cache and reads, or replaces, its secret. Needs the rights to FILE.key; all
   that follows needs none. False: *why and errno (0: the file is not what it should be);
   s is then a cache that keeps nothing. */
bool sessions_open(struct sessions *s, char const *file, char const **why);

/* Joins the cache to a server before its handshake. */
void sessions_join(struct sessions *s, struct server *server);

/* Must be told the server_name extension before the engine gets to see the ClientHello. */
void sessions_name(struct sessions *s, unsigned char const *name, size_t n);

/* After the handshake: closes, wipes. */
void sessions_close(struct sessions *s);

#endif
