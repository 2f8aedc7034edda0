/* The octets of a message that decide whether it is a repeat. Octets that a mail library changes
   when it sends a message again do not count:

   - in the main header, Date and the trace fields (RFC 5321 4.4 and the fields that
     signers and receivers add);
   - boundaries: the parameter in Content-Type, and the delimiter lines.

   All other octets count as they are. */
#ifndef SPOOL_FINGERPRINT_H
#define SPOOL_FINGERPRINT_H

#include "base/hash.h"

#include <stdbool.h>

/* Adds those octets of message[0..n) to the hash. False: out of memory. */
bool fingerprint_add(struct hash *h, char const *message, size_t n);

/* Adds v as 8 octets, and s[0..n) after its length: different lists of items never are the
   same octets. */
void fingerprint_add_number(struct hash *h, uint64_t v);
void fingerprint_add_item(struct hash *h, char const *s, size_t n);

#endif
