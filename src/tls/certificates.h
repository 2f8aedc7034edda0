/* A server's certificates, as its environment names them: one without a name, and one per
   server name in CERTFILE:name and KEYFILE:name. */
#ifndef TLS_CERTIFICATES_H
#define TLS_CERTIFICATES_H

#include "tls/keypair.h"

#include <stdbool.h>
#include <stddef.h>

struct certificates {
	struct keypair *pairs;
	size_t n;
};

/* Loads certfile, for all names (NULL: there is none for all), then those of the variables.
   A key that isn't named (keyfile NULL, no KEYFILE:name) is looked for in the certificate's
   file. All of them must do, and there must be one: else false, and *fault says which does
   not; what was loaded is then forgotten. The names stay with the caller and the
   environment. */
bool certificates_load(struct certificates *c, char const *certfile, char const *keyfile,
	struct keypair_fault *fault);

/* Wipes the keys. */
void certificates_free(struct certificates *c);

/* Takes CERTFILE, KEYFILE and their kin out of the environment. False: errno. */
bool certificates_unset(void);

#endif
