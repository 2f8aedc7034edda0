/* The mark that replaces the address of a forgotten contact: `sha256:` and the hash of the address. A
   contact keeps it as long as it is unsubscribed, so that the plan does not mail to it again. */
#ifndef STORE_MARK_H
#define STORE_MARK_H

#include "base/hash.h"
#include "spool/file.h"

#include <stdbool.h>
#include <stddef.h>

#define MARK_PREFIX "sha256:"
#define MARK (sizeof MARK_PREFIX - 1 + HASH_HEX) /* octets of a mark, with its NUL */

/* Writes the mark of an address, which is normalized (mail/address.h). */
void mark_of(char out[MARK], struct slice address);

/* Is the column email of a contact a mark? No address begins like that without an @. */
bool mark_is(char const *s, size_t n);

#endif
