/* The key of a transaction: two transactions with one key are the same one, sent twice. */
#ifndef SPOOL_KEY_H
#define SPOOL_KEY_H

#include "spool/envelope.h"
#include "spool/name.h"

#include <stddef.h>

/* Writes the key of a transaction, two hashes: the SHA-512 of plan, sender, recipients and Message-ID,
   and the SipHash of the message's fingerprint (spool/fingerprint.h). saca-spool(5) has the details.
   A message without a Message-ID, or of 0 octets, gets `id`. 1: hashes; 0: id; -1: out of memory. */
int spool_key(char key[SPOOL_KEY], char const *plan, struct envelope const *e,
	char const *message, size_t n, char const *id);

#endif
