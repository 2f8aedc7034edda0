/* The octets of a message that decide whether it is a repeat. Octets that a mail library changes
   when it sends a message again do not count:

   - in the main header, Date and the trace fields (RFC 5321 4.4 and the fields that
     signers and receivers add);
   - boundaries: the parameter in Content-Type, and the delimiter lines.

   All other octets count as they are. */
#ifndef SPOOL_FINGERPRINT_H
#define SPOOL_FINGERPRINT_H

#include "base/siphash.h"

#include <stdbool.h>

/* Adds those octets of message[0..n) to the hash, in items: each after its length. False: out
   of memory. */
bool fingerprint_add(struct siphash *h, char const *message, size_t n);

#endif
