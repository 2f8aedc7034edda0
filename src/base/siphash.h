/* SipHash-2-4 (Aumasson, Bernstein 2012): a hash that a stranger who chooses the input
   cannot make collide, for tables whose keys come off the wire. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY 16 /* octets, random, one a process */

uint64_t siphash(unsigned char const key[SIPHASH_KEY], char const *s, size_t n);

#endif
