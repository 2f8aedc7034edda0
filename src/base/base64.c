#include "base/base64.h"

#include "base/ascii.h"

#include <stdint.h>

/* The value of a digit (RFC 4648 4); 64 for every other octet. */
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

/* The digits of an incomplete quantum. */
struct quantum {
	uint32_t bits;
	unsigned int count; /* 0 to 3 */
};

/* Writes the octets of an incomplete quantum and empties it. */
static size_t flush_quantum(struct quantum *q, char *out)
{
	size_t n = 0;
	if (q->count == 2) {
		out[n++] = (char)(q->bits >> 4 & 0xff);
	} else if (q->count == 3) {
		out[n++] = (char)(q->bits >> 10 & 0xff);
		out[n++] = (char)(q->bits >> 2 & 0xff);
	}
	*q = (struct quantum){0, 0};
	return n;
}

/* Does the line at s[i..n) have complete quanta only, with blanks around them? *end: the end of
   the line. */
static bool is_data_line(char const *s, size_t n, size_t i, size_t *end)
{
	size_t count = 0;
	bool good = true, blank = false;
	for (; i < n && s[i] != '\n'; i++) {
		if (ascii_is_space(s[i])) {
			blank = count > 0;
			continue;
		}
		good = good && !blank && (sextet(s[i]) < 64 || s[i] == '=');
		count++;
	}
	*end = i;
	return good && count % 4 == 0;
}

size_t base64_read(char *out, char const *s, size_t n)
{
	struct quantum q = {0, 0};
	char *o = out;
	bool padded = false; /* after padding each line is checked before it is decoded */
	size_t checked = 0;  /* s[0..checked) has been checked */
	for (size_t i = 0; i < n; i++) {
		unsigned char v = sextet(s[i]);
		if (s[i] == '=') {
			padded = padded || q.count > 1;
			o += flush_quantum(&q, o);
			continue;
		}
		if (padded && i >= checked && !ascii_is_space(s[i]) && !is_data_line(s, n, i, &checked))
			break;
		if (v > 63)
			continue;
		q.bits = q.bits << 6 | v;
		if (++q.count == 4) {
			*o++ = (char)(q.bits >> 16 & 0xff);
			*o++ = (char)(q.bits >> 8 & 0xff);
			*o++ = (char)(q.bits & 0xff);
			q = (struct quantum){0, 0};
		}
	}
	return (size_t)(o + flush_quantum(&q, o) - out);
}

size_t base64_encode(char *out, void const *s, size_t n)
{
	static char const digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char const *p = s;
	char *o = out;
	for (; n; p += 3, n -= n < 3 ? n : 3) {
		uint32_t bits = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) | (n > 2 ? p[2] : 0);
		*o++ = digits[bits >> 18];
		*o++ = digits[bits >> 12 & 63];
		*o++ = n > 1 ? digits[bits >> 6 & 63] : '=';
		*o++ = n > 2 ? digits[bits & 63] : '=';
	}
	return (size_t)(o - out);
}
