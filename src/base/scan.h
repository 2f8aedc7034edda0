/* Looking for an octet, sixteen at a time: bodies are long, and some C libraries' memchr
   looks at eight or at one. Plain C where the compiler knows no vectors. */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stddef.h>

/* The index of the first c in s[0..n), or n. */
size_t scan_for(char const *s, size_t n, char c);

/* Copies s[0..n) to out, up to the first a, b or NUL, and returns how many octets that is. out
   may be s, or before it, overlapping; nothing is written behind what is returned. */
size_t scan_copy(char *out, char const *s, size_t n, char a, char b);

#endif
