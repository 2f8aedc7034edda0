/* The recipients of a transaction, each once. They form an envelope in the format of
   qmail-queue(8): 50000 of them are one block of memory, which is passed to the queue program
   unchanged. A hash table finds repeated ones. */
#ifndef SMTP_RCPTSET_H
#define SMTP_RCPTSET_H

#include "base/buf.h"
#include "base/siphash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rcptset_result { RCPTSET_ADDED, RCPTSET_THERE, RCPTSET_FULL, RCPTSET_NO_MEMORY };

#define RCPTSET_SLOTS 256 /* of the first table */
#define RCPTSET_TEXT 1024 /* octets of the first envelope */

struct rcptset {
	struct buf envelope; /* F sender NUL, then T recipient NUL for each. It is `text`, or on the heap */
	uint32_t *slots;     /* offsets of addresses in the envelope; 0: free. It is `first`, or on the heap */
	uint32_t mask;       /* number of slots, a power of two, less one */
	uint32_t count;      /* recipients */
	size_t octets;       /* the length of all addresses together */
	unsigned char key[SIPHASH_KEY];
	uint32_t first[RCPTSET_SLOTS];
	char text[RCPTSET_TEXT];
};

/* Makes an empty set. key: random octets, so that a client cannot choose colliding
   addresses. */
void rcptset_init(struct rcptset *set, unsigned char const key[SIPHASH_KEY]);

/* Empties the set, frees the memory of a large one, and stores the sender. False: out of
   memory. */
bool rcptset_begin(struct rcptset *set, char const *sender, size_t n);

/* Adds a recipient, already in lower case. RCPTSET_FULL: it would exceed max recipients, or
   max_octets in all addresses together, which is at most 2^31. */
enum rcptset_result rcptset_add(struct rcptset *set, char const *address, size_t n,
	uint32_t max, size_t max_octets);

/* The envelope of *n octets, with its closing NUL. The set owns it; it is valid until the set
   changes. NULL: out of memory. */
char const *rcptset_envelope(struct rcptset *set, size_t *n);

/* Frees the memory. */
void rcptset_free(struct rcptset *set);

#endif
