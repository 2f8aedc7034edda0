/* All certificates of a server, from its environment: one for all names, and one per server name in
   CERTFILE:name and KEYFILE:name. */
#ifndef TLS_CERTIFICATES_H
#define TLS_CERTIFICATES_H

#include "tls/keypair.h"

#include <stdbool.h>
#include <stddef.h>

struct certificates {
	struct keypair *pairs;
	size_t n;
};

/* Loads certfile (NULL: there is no certificate for all names), then those of the variables. Without
   a name of its own (keyfile NULL, no KEYFILE:name) the key is in the certificate's file. False:
   there is no certificate, or one cannot be used, and *fault says why; then nothing is held. The
   strings stay the caller's and the environment's. text is used only meanwhile, and wiped. */
bool certificates_load(struct certificates *c, struct keypair_text *text, char const *certfile, char const *keyfile,
	struct fault *fault);

/* Wipes the keys and frees the memory. */
void certificates_free(struct certificates *c);

/* Removes CERTFILE, KEYFILE, CERTFILE:name and KEYFILE:name from the environment. False: errno. */
bool certificates_unset(void);

#endif
