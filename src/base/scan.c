/* Looking for an octet: see scan.h. */
#include "base/scan.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

char const *scan_for(char const *s, char c, size_t n)
{
#ifdef __SSE2__
	__m128i const sought = _mm_set1_epi8(c);
	for (; n >= sizeof sought; s += sizeof sought, n -= sizeof sought) {
		__m128i const here = _mm_loadu_si128((__m128i const *)(void const *)s);
		int found = _mm_movemask_epi8(_mm_cmpeq_epi8(here, sought));
		if (found)
			return s + __builtin_ctz((unsigned int)found);
	}
#endif
	return memchr(s, c, n);
}
