/* The mark of a forgotten contact. */
#include "store/mark.h"

#include <string.h>

#define PREFIX (sizeof MARK_PREFIX - 1)

void mark_of(char out[MARK], struct slice address)
{
	unsigned char digest[HASH_OCTETS];
	hash_of(digest, address.s, address.n);
	memcpy(out, MARK_PREFIX, PREFIX);
	hash_hex(out + PREFIX, digest);
}

bool mark_is(char const *s, size_t n)
{
	return n == MARK - 1 && memcmp(s, MARK_PREFIX, PREFIX) == 0 && !memchr(s, '@', n);
}
