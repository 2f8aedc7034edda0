/* A certificate chain and its private key, from PEM files: RSA, and EC on P-256, P-384 and P-521. */
#ifndef TLS_KEYPAIR_H
#define TLS_KEYPAIR_H

#include "tls/fault.h"

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>

#define KEYPAIR_CHAIN 16 /* certificates in a chain at most */

#define KEYPAIR_FILE (1 << 18) /* octets of a PEM file */

/* The text of one PEM file at a time. A small file touches only the first pages. */
struct keypair_text {
	size_t len;
	char s[KEYPAIR_FILE + 1];
};

struct keypair {
	char const *name; /* the server name; NULL: for all other names */
	char const *certfile, *keyfile;
	br_x509_certificate chain[KEYPAIR_CHAIN];
	size_t chain_len;
	unsigned char *der;          /* the chain points into it */
	br_skey_decoder_context key; /* holds the key, and points into itself */
};

/* Fills in chain, der and key from certfile and keyfile. text is used only meanwhile, and wiped. One file may hold both; other PEM objects
   are skipped. The names stay the caller's. The key must be that of the first certificate. While a
   certificate is renewed, one file may be new and the other old: if the key is not the
   certificate's, both are read again for two seconds. False: *fault says why, and nothing is held. */
bool keypair_load(struct keypair *k, struct keypair_text *text, struct fault *fault);

/* Wipes the key and frees the chain. */
void keypair_free(struct keypair *k);

#endif
