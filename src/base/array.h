/* Growing arrays: the capacity doubles, so that n elements cost O(n). */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/* For array_reserve. */
void *array_grow(void *array, size_t *cap, size_t size);

/* Makes room for one more element of `size` octets after `count` of them. Returns the array, which may
   have moved, and sets *cap to its capacity. NULL: out of memory; the old array is unchanged and stays
   the caller's. An array of capacity 0 is NULL. */
static inline void *array_reserve(void *array, size_t count, size_t *cap, size_t size)
{
	return count < *cap ? array : array_grow(array, cap, size);
}

#endif
