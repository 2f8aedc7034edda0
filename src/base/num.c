#include "base/num.h"

#include "base/ascii.h"

bool num_scan(char const *s, size_t n, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!ascii_is_digit(s[i]))
			return false;
		uint64_t digit = (uint64_t)(s[i] - '0');
		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

char *num_pad(char *out, uint64_t v, size_t width)
{
	for (size_t i = width; i-- > 0; v /= 10)
		out[i] = (char)('0' + v % 10);
	return out + width;
}

size_t num_fmt(char *out, uint64_t v)
{
	char digits[NUM_FMT];
	size_t n = 0;
	do {
		digits[n++] = (char)('0' + v % 10);
	} while (v /= 10);
	for (size_t i = 0; i < n; i++)
		out[i] = digits[n - 1 - i];
	out[n] = 0;
	return n;
}
