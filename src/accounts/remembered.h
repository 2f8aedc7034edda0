/* Logins that were right a short while ago, so that they need no hashing. A login is its MAC:
   over user, password and stored hash, under a key that the caller has made and keeps. So a
   password that has changed is another login. */
#ifndef ACCOUNTS_REMEMBERED_H
#define ACCOUNTS_REMEMBERED_H

#include <stdbool.h>
#include <stdint.h>

#define REMEMBERED_MAC 16
#define REMEMBERED_SETS 16384
#define REMEMBERED_WAYS 4

/* All zero is empty. */
struct remembered {
	struct remembered_login {
		unsigned char mac[REMEMBERED_MAC];
		uint64_t until; /* milliseconds; 0: the place is free */
	} login[REMEMBERED_SETS][REMEMBERED_WAYS];
};

/* Is the login remembered? now: milliseconds of any clock that never goes back. */
bool remembered_has(struct remembered const *r, unsigned char const mac[REMEMBERED_MAC], uint64_t now);

/* Remembers the login until a time. If its set is full, it replaces one of the four: an expired one,
   or else the one that expires first. */
void remembered_add(struct remembered *r, unsigned char const mac[REMEMBERED_MAC], uint64_t now, uint64_t until);

#endif
