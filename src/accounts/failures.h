/* Failed logins of each client address, to slow down guessing. An attempt counts from its
   beginning, so that many at once do not get past the limit; one that succeeds is forgiven. */
#ifndef ACCOUNTS_FAILURES_H
#define ACCOUNTS_FAILURES_H

#include "base/siphash.h"

#include <stdint.h>

#define FAILURES_SETS 4096
#define FAILURES_WAYS 4
#define FAILURES_MS 600000 /* an address's failures are forgotten that long after the first of them */

/* All zero but the key is empty. */
struct failures {
	unsigned char key[SIPHASH_KEY]; /* random, so that clients cannot choose their set */
	struct failures_address {
		uint64_t id;    /* 0: the place is free */
		uint64_t since; /* the time of the address's first failure, in milliseconds */
		uint32_t count;
	} address[FAILURES_SETS][FAILURES_WAYS];
};

/* A number for the address: an IPv4 address (also one mapped into IPv6), or the first 64 bits
   of an IPv6 address. All texts that are not an address share one number. */
uint64_t failures_id(struct failures const *f, char const *ip);

/* How many attempts have failed, or have not ended? now: milliseconds of a clock that never
   goes back. */
uint32_t failures_count(struct failures const *f, uint64_t id, uint64_t now);

/* Counts an attempt. If its set is full, the address that failed first is forgotten. */
void failures_add(struct failures *f, uint64_t id, uint64_t now);

/* Takes an attempt back. */
void failures_forgive(struct failures *f, uint64_t id);

#endif
