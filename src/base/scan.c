/* Looking for an octet, sixteen at a time. */
#include "base/scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __GNUC__ /* its compilers' vectors: those of the processor, or else made of words */

enum { WIDTH = 16 };
typedef unsigned char octets __attribute__((vector_size(WIDTH)));

static octets load(char const *s)
{
	octets v;
	memcpy(&v, s, sizeof v);
	return v;
}

static octets all(char c)
{
	return (octets){0} + (unsigned char)c;
}

/* A comparison leaves ones where it holds. */
static bool any(octets held)
{
	uint64_t words[2];
	memcpy(words, &held, sizeof words);
	return (words[0] | words[1]) != 0;
}

/* The place of the first of those ones, where there are any. */
static size_t first(octets held)
{
	uint64_t words[2];
	memcpy(words, &held, sizeof words);
	size_t at = words[0] ? 0 : 1;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return at * 8 + (size_t)__builtin_ctzll(words[at]) / 8;
#else
	return at * 8 + (size_t)__builtin_clzll(words[at]) / 8;
#endif
}

/* The first c in s[0..n), or where fewer than WIDTH octets are left to look at. */
static size_t skip(char const *s, size_t n, char c)
{
	octets const sought = all(c);
	size_t i = 0;
	for (; n - i >= 4 * WIDTH; i += 4 * WIDTH) {
		octets found = (octets)(load(s + i) == sought);
		for (size_t k = 1; k < 4; k++)
			found |= (octets)(load(s + i + k * WIDTH) == sought);
		if (any(found))
			break;
	}
	for (; n - i >= WIDTH; i += WIDTH) {
		octets const held = (octets)(load(s + i) == sought);
		if (any(held))
			return i + first(held);
	}
	return i;
}

/* How many octets hold no a, b or NUL, in steps of WIDTH, copied. What is written has been read before. */
static size_t skip_copy(char *out, char const *s, size_t n, char a, char b)
{
	octets const x = all(a), y = all(b), nul = all(0);
	size_t i = 0;
	for (; n - i >= WIDTH; i += WIDTH) {
		octets const v = load(s + i);
		if (any((octets)((v == x) | (v == y) | (v == nul))))
			break;
		memcpy(out + i, &v, sizeof v);
	}
	return i;
}

#else

static size_t skip(char const *s, size_t n, char c)
{
	(void)s, (void)n, (void)c;
	return 0;
}

static size_t skip_copy(char *out, char const *s, size_t n, char a, char b)
{
	(void)out, (void)s, (void)n, (void)a, (void)b;
	return 0;
}

#endif

size_t scan_for(char const *s, size_t n, char c)
{
	size_t i = skip(s, n, c);
	while (i < n && s[i] != c)
		i++;
	return i;
}

size_t scan_copy(char *out, char const *s, size_t n, char a, char b)
{
	size_t i = skip_copy(out, s, n, a, b);
	for (; i < n && s[i] != a && s[i] != b && s[i] != 0; i++)
		out[i] = s[i];
	return i;
}
