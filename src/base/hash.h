/* Hashes of 32 octets (FIPS 180-4): SHA-256, and the first half of SHA-512 for hashes that only saca
   computes. On 64-bit machines SHA-512 takes two thirds of the time. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_OCTETS 32 /* octets of a digest */
#define HASH_HEX 65    /* octets of a digest in hexadecimal, with its NUL */

/* Space for the context of BearSSL. */
struct hash {
	uint64_t state[28];
};

/* The first half of SHA-512 of octets that come in pieces: begin, add, end. out has HASH_OCTETS.
   Initialize h again before its next use. */
void hash_init_512(struct hash *h);
void hash_add(struct hash *h, void const *s, size_t n);
void hash_end(struct hash *h, unsigned char *out);

/* The SHA-256 of s[0..n). */
void hash_of(unsigned char *out, void const *s, size_t n);

/* HMAC-SHA256 (RFC 2104). Prepare a key once. The struct may be copied. */
struct hash_key {
	uint64_t state[20];
};

/* Prepares a key of n octets. */
void hash_key_init(struct hash_key *k, void const *key, size_t n);

/* The MAC of s[0..n); out has HASH_OCTETS. */
void hash_mac(unsigned char *out, struct hash_key const *k, void const *s, size_t n);

/* Writes the digest as 64 lowercase digits and a NUL; out has HASH_HEX octets. */
void hash_hex(char *out, unsigned char const *digest);

#endif
