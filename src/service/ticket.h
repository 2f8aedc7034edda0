/* The ticket that a login service gives after a right password, and a queue service demands. It
   has the time at which it expires, and a MAC (HMAC-SHA256) over user and time. Both services
   read the key from one file, which only they can read. So a captured dialogue submits messages
   only for users whose password it has.

   Times are those of clock_boot_seconds, and the key is made at boot: setting the clock changes
   nothing. */
#ifndef SERVICE_TICKET_H
#define SERVICE_TICKET_H

#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TICKET_KEY 32     /* octets of the key file */
#define TICKET_USER 512   /* octets of a user */
#define TICKET_OCTETS 40  /* of a ticket: the time, the highest octet first, and the MAC */
#define TICKET_BASE64 56  /* of a ticket in base64, as the queue service wants it */
#define TICKET_SECONDS 43200 /* its lifetime: the longest session, one of the panel's */

/* Reads the key from a file of exactly TICKET_KEY octets. False: errno; EINVAL: another size. */
bool ticket_read_key(struct hash_key *key, char const *path);

/* Makes a ticket for the user (user.plan, at most TICKET_USER octets). */
void ticket_make(unsigned char out[TICKET_OCTETS], struct hash_key const *key, char const *user, uint64_t expiry);

enum ticket_state { TICKET_VALID, TICKET_EXPIRED, TICKET_FORGED };

/* Checks a ticket of n octets for the user. The time that it takes does not depend on the MAC.
   TICKET_FORGED: not made with this key, or for another user, or altered. A time too far in the
   future is forged, too. */
enum ticket_state ticket_check(struct hash_key const *key, char const *user, void const *ticket, size_t n,
	uint64_t now);

#endif
