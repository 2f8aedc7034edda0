/* Growing arrays. */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>

#define FIRST 16 /* the first capacity */

void *array_grow(void *array, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : FIRST;
	void *p = more > SIZE_MAX / size ? NULL : realloc(array, more * size);
	if (p)
		*cap = more;
	return p;
}
