#include "base/utf8.h"

#include <stdint.h>

/* Well-formed sequences (Unicode table 3-7): the range of the first octet, the length, and the
   range of the second octet. */
static struct {
	uint8_t from, to, length, low, high;
} const forms[] = {
	{0x00, 0x7f, 1, 0, 0},
	{0xc2, 0xdf, 2, 0x80, 0xbf},
	{0xe0, 0xe0, 3, 0xa0, 0xbf},
	{0xe1, 0xec, 3, 0x80, 0xbf},
	{0xed, 0xed, 3, 0x80, 0x9f},
	{0xee, 0xef, 3, 0x80, 0xbf},
	{0xf0, 0xf0, 4, 0x90, 0xbf},
	{0xf1, 0xf3, 4, 0x80, 0xbf},
	{0xf4, 0xf4, 4, 0x80, 0x8f},
};

size_t utf8_step(char const *s, size_t n, bool *good)
{
	uint8_t const *u = (uint8_t const *)s;
	*good = false;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (u[0] < forms[i].from || u[0] > forms[i].to)
			continue;
		for (size_t k = 1; k < forms[i].length; k++) {
			uint8_t low = k == 1 ? forms[i].low : 0x80, high = k == 1 ? forms[i].high : 0xbf;
			if (k == n || u[k] < low || u[k] > high)
				return k;
		}
		*good = true;
		return forms[i].length;
	}
	return 1;
}

unsigned long utf8_code(char const *s, size_t n)
{
	unsigned long code = (unsigned char)*s & (n == 1 ? 0x7fu : 0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)s[i] & 0x3f);
	return code;
}

bool utf8_valid(char const *s, size_t n)
{
	bool good = true;
	for (size_t i = 0; i < n && good;)
		i += (unsigned char)s[i] < 0x80 ? 1 : utf8_step(s + i, n - i, &good);
	return good;
}

size_t utf8_unfinished(char const *s, size_t n)
{
	bool good;
	for (size_t k = 1; k <= 3 && k <= n; k++) {
		uint8_t c = (uint8_t)s[n - k];
		if (c >= 0x80 && c < 0xc0)
			continue; /* a later octet of a character */
		return c >= 0xc2 && c <= 0xf4 && utf8_step(s + n - k, k, &good) == k && !good ? k : 0;
	}
	return 0;
}

size_t utf8_write(unsigned long code, char out[4])
{
	if (!code || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		code = 0xfffd;
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static uint8_t const first[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(first[n] | code);
	return n;
}
