/* The keys of tokens, in a file: one `ID HEX` a line, ID a number from 0 to 255, HEX 64
   hexadecimal digits. Empty lines and lines that begin with # are skipped. The first key
   signs, all of them verify. Old keys stay as long as mails that they signed may be read. */
#ifndef SEND_LINKKEYS_H
#define SEND_LINKKEYS_H

#include "base/hash.h"
#include "send/token.h"

#include <stdbool.h>
#include <stddef.h>

struct linkkeys {
	struct hash_key key[256];
	bool known[256];
	unsigned char first; /* the key that signs */
	size_t count;
};

/* Reads the file. False: errno; EINVAL: a line is malformed, a number comes twice, or there
   is no key. *k holds secrets and no memory of its own. */
bool linkkeys_read(struct linkkeys *k, char const *path);

/* A token_mac (send/token.h); keys is a struct linkkeys. */
bool linkkeys_mac(void const *keys, unsigned char key, void const *s, size_t n, unsigned char mac[TOKEN_MAC]);

/* Puts a new random key on top of the file, or makes the file with mode 0640. The old file is
   replaced, synced, by a rename; the new one has its owner and mode. The new number is the first
   free one above that of the first key. False: errno; EINVAL as above, ENOSPC: all 256 numbers
   are in use. */
bool linkkeys_add(char const *path);

#endif
