/* Wiping secrets from memory. */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>
#include <string.h>

/* Zeroes s[0..n). The compiler must assume that the octets are read afterwards, so it cannot
   leave the memset out. */
static inline void wipe(void *s, size_t n)
{
	memset(s, 0, n);
	__asm__ volatile("" : : "r"(s) : "memory");
}

#endif
