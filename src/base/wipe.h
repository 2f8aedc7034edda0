/* Forgetting secrets. */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

/* Zeroes s[0..n) in a way that no compiler takes for a dead store. */
static inline void wipe(void *s, size_t n)
{
	volatile char *p = s;
	while (n--)
		*p++ = 0;
}

#endif
