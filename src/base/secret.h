/* Comparing secrets. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Are a[0..n) and b[0..n) equal? Reads all octets, so that the time does not show where they differ. */
static inline bool secret_is_equal(void const *a, void const *b, size_t n)
{
	unsigned char const *x = a, *y = b;
	unsigned char volatile difference = 0;
	for (size_t i = 0; i < n; i++)
		difference = (unsigned char)(difference | (x[i] ^ y[i]));
	return difference == 0;
}

#endif
