/* The key of a transaction: what makes two of them one. */
#ifndef SPOOL_KEY_H
#define SPOOL_KEY_H

#include "spool/envelope.h"
#include "spool/spool.h"
#include "spool/message.h"

/* Writes the key: the hash of plan, sender, Message-ID, recipients and message, or id
   where the message has no Message-ID (or is empty). 1: a hash, 0: id, -1: out of memory. */
int spool_key(char key[SPOOL_KEY], char const *plan, struct envelope const *e,
	struct spool_message const *m, char const *id);

#endif
