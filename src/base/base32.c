#include "base/base32.h"

#include "base/ascii.h"

#include <stdint.h>

size_t base32_encode(char *out, void const *s, size_t n)
{
	static char const digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char const *p = s;
	char *o = out;
	uint32_t bits = 0;
	unsigned count = 0;
	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | p[i];
		for (count += 8; count >= 5; count -= 5)
			*o++ = digits[bits >> (count - 5) & 31];
	}
	if (count)
		*o++ = digits[bits << (5 - count) & 31];
	return (size_t)(o - out);
}

static int digit_value(char c)
{
	c = ascii_lower(c);
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

bool base32_decode(void *out, size_t *outlen, char const *s, size_t n)
{
	unsigned char *o = out;
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;
	for (size_t i = 0; i < n; i++) {
		int v = digit_value(s[i]);
		if (v < 0)
			return false;
		bits = bits << 5 | (uint32_t)v;
		count += 5;
		if (count >= 8) {
			count -= 8;
			o[len++] = (unsigned char)(bits >> count & 255);
		}
	}
	if (count >= 5 || (bits & ((1u << count) - 1)))
		return false;
	*outlen = len;
	return true;
}
