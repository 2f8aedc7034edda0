/* SipHash-2-4 (Aumasson, Bernstein 2012): a keyed hash for tables whose keys come from the network. A
   client that does not know the key cannot choose keys that collide. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY 16 /* octets of the key: random, made once per process */

/* Hashes s[0..n) under the key. */
uint64_t siphash(unsigned char const key[SIPHASH_KEY], char const *s, size_t n);

#endif
