/* The recipients of a transaction: each once, kept as the queue wants them, in the
   envelope format of qmail-queue(8), so that 50000 of them are one block of memory and
   one write. */
#ifndef SMTP_RCPTSET_H
#define SMTP_RCPTSET_H

#include "base/buf.h"
#include "base/siphash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rcptset_result { RCPTSET_ADDED, RCPTSET_THERE, RCPTSET_FULL, RCPTSET_NO_MEMORY };

struct rcptset {
	struct buf envelope; /* F sender NUL, T recipient NUL ... */
	unsigned char *slots; /* where an address starts in the envelope; 0: free */
	size_t width;        /* octets of a slot: 3 do for an envelope of 16 MB */
	uint32_t mask;       /* slots - 1, a power of two less one; 0: no table */
	uint32_t count;
	size_t octets;       /* of the addresses */
	unsigned char key[SIPHASH_KEY];
};

/* An empty set. key: random octets; they guard against chosen collisions. */
void rcptset_init(struct rcptset *set, unsigned char const key[SIPHASH_KEY]);

/* Starts anew, with that sender, and gives back what memory a large set took. False: out
   of memory. */
bool rcptset_begin(struct rcptset *set, char const *sender, size_t n);

/* Adds a recipient, lowered already. max, max_octets: what the set may hold; the same from
   one rcptset_begin to the next. */
enum rcptset_result rcptset_add(struct rcptset *set, char const *address, size_t n,
	uint32_t max, size_t max_octets);

/* The envelope, its closing NUL included. NULL: out of memory. Belongs to the set. */
char const *rcptset_envelope(struct rcptset *set, size_t *n);

void rcptset_free(struct rcptset *set);

#endif
