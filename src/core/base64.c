/* Base64: strict for SASL, lenient for mail. */
#include "core/base64.h"

/* The alphabet of RFC 4648 4; 64 marks every other octet. */
static unsigned char sextet(char c)
{
	static unsigned char const value[256] = {
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63,
		52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
		64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
		15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64,
		64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
		41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	};
	return value[(unsigned char)c];
}

bool base64_decode(char *out, size_t *outlen, char const *s, size_t n)
{
	if (n % 4)
		return false;
	size_t pad = 0;
	if (n)
		pad = s[n - 1] != '=' ? 0 : s[n - 2] != '=' ? 1 : 2;
	uint32_t bits = 0;
	size_t at = 0;
	for (size_t i = 0; i < n - pad; i++) {
		unsigned char v = sextet(s[i]);
		if (v > 63)
			return false;
		bits = bits << 6 | v;
		if (i % 4 == 3) {
			out[at++] = (char)(bits >> 16 & 0xff);
			out[at++] = (char)(bits >> 8 & 0xff);
			out[at++] = (char)(bits & 0xff);
		}
	}
	if (pad == 1) {
		if (bits & 3)
			return false;
		out[at++] = (char)(bits >> 10 & 0xff);
		out[at++] = (char)(bits >> 2 & 0xff);
	} else if (pad == 2) {
		if (bits & 15)
			return false;
		out[at++] = (char)(bits >> 4 & 0xff);
	}
	*outlen = at;
	return true;
}

size_t base64_end(struct base64 *b, char *out)
{
	size_t n = 0;
	if (b->count == 2) {
		out[n++] = (char)(b->bits >> 4 & 0xff);
	} else if (b->count == 3) {
		out[n++] = (char)(b->bits >> 10 & 0xff);
		out[n++] = (char)(b->bits >> 2 & 0xff);
	}
	*b = (struct base64){0, 0};
	return n;
}

size_t base64_feed(struct base64 *b, char *out, char const *s, size_t n)
{
	char *o = out;
	for (size_t i = 0; i < n; i++) {
		unsigned char v = sextet(s[i]);
		if (v > 63) {
			if (s[i] == '=')
				o += base64_end(b, o);
			continue;
		}
		b->bits = b->bits << 6 | v;
		if (++b->count == 4) {
			*o++ = (char)(b->bits >> 16 & 0xff);
			*o++ = (char)(b->bits >> 8 & 0xff);
			*o++ = (char)(b->bits & 0xff);
			*b = (struct base64){0, 0};
		}
	}
	return (size_t)(o - out);
}
