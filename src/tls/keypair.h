/* A certificate chain and its private key, from PEM files. RSA, and EC on the curves that
   BearSSL signs with. */
#ifndef TLS_KEYPAIR_H
#define TLS_KEYPAIR_H

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>

#define KEYPAIR_CHAIN 16 /* certificates in a chain at most */

struct keypair {
	char const *name; /* the server's name it is for; NULL: for all others */
	char const *certfile, *keyfile;
	br_x509_certificate chain[KEYPAIR_CHAIN];
	size_t chain_len;
	unsigned char *der;          /* what the chain points into */
	br_skey_decoder_context key; /* holds the key itself, and what it points into */
};

/* Why a file cannot be used: `why` follows the file's name in a message, and *error is an
   errno where that says more, else 0. */
struct keypair_fault {
	char const *file, *why;
	int error;
};

/* Fills in chain, der and key from certfile and keyfile (one file may hold both; what is
   neither is passed over). The names are kept, not copied. False: *fault says why, and
   nothing is held. An RSA key is compared with its certificate at once; for an EC key
   that would cost as much as half a handshake: see keypair_matches. */
bool keypair_load(struct keypair *k, struct keypair_fault *fault);

/* Does the key belong to the first certificate? */
bool keypair_matches(struct keypair const *k);

/* Wipes the key and frees the chain. */
void keypair_free(struct keypair *k);

#endif
