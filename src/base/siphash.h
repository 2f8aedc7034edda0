/* SipHash-2-4 (Aumasson, Bernstein 2012): a keyed hash for tables whose keys come from the network. A
   client that does not know the key cannot choose keys that collide. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY 16    /* octets of the key: for a table random, made once per process */
#define SIPHASH_OCTETS 16 /* octets of a long hash */

/* Hashes s[0..n) under the key. */
uint64_t siphash(unsigned char const key[SIPHASH_KEY], char const *s, size_t n);

/* The hash of 128 bits, of octets that come in pieces. At 4 GB a second it takes a seventh of
   the time of SHA-512. */
struct siphash {
	uint64_t v[4];
	uint64_t held; /* the last octets that do not fill a word, the first lowest */
	uint64_t n;    /* octets so far */
};

/* Begins; siphash_add adds s[0..n); siphash_end writes the hash. Initialize h again before its
   next use. */
void siphash_init(struct siphash *h, unsigned char const key[SIPHASH_KEY]);
void siphash_add(struct siphash *h, void const *s, size_t n);
void siphash_end(struct siphash *h, unsigned char out[SIPHASH_OCTETS]);

#endif
