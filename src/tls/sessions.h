/* TLS sessions that another process can resume: a cache in a file.

   FILE is a table of buckets of four entries. An entry is found by a keyed hash of the session ID.
   Version, suite and master secret are encrypted with a key made of that ID and of a secret in
   FILE.key. The secret is replaced every hour and used for one hour more. FILE alone, or FILE and a
   recording of the connections, discloses nothing. The server name of the ClientHello is
   authenticated with the entry: a session is not resumed under another name (RFC 6066 3).

   Only the replacement of the secret takes a lock. A damaged entry (two processes wrote it at
   once, or one wrote half of it) does not decrypt. Then the session is not found, and a full
   handshake follows. */
#ifndef TLS_SESSIONS_H
#define TLS_SESSIONS_H

#include "tls/fault.h"
#include "tls/server.h"

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSIONS_SECRET 32 /* octets */

struct sessions_secret {
	uint64_t period; /* hours since 1970 */
	unsigned char key[SESSIONS_SECRET];
	bool known;
};

struct sessions {
	br_ssl_session_cache_class const *cache; /* by which the engine calls this module */
	int fd;                                  /* FILE; -1: no cache */
	uint64_t buckets;
	struct sessions_secret secrets[2];       /* of this hour, and of the one before */
	unsigned char name[br_sha256_SIZE];      /* hash of the server name of the ClientHello */
	bool name_known;
	struct server const *server;
};

/* Makes FILE for at least `entries` sessions, and FILE.key, both with mode 0600. If the files
   exist and are right, they stay as they are. A cache of another size is replaced. False: *fault. */
bool sessions_make(char const *file, uint64_t entries, struct fault *fault);

/* Opens the cache, and reads or replaces its secret. Needs the right to open both files; the other
   functions need none. False: *fault, and s is a cache that stores nothing. */
bool sessions_open(struct sessions *s, char const *file, struct fault *fault);

/* Connects the cache with a server, before its handshake. */
void sessions_join(struct sessions *s, struct server *server);

/* Sets the server_name extension, before the engine gets the ClientHello. Without it the cache stores
   and finds nothing. */
void sessions_set_name(struct sessions *s, unsigned char const *name, size_t n);

/* After the handshake: closes the file and wipes the secrets. */
void sessions_close(struct sessions *s);

#endif
