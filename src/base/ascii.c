#include "base/ascii.h"

#include <stdint.h>
#include <string.h>

/* Eight octets at a time. EACH: c in each octet. BELOW: not 0 if an octet of w is below c, which is at
   most 0x80: w - c borrows into the high bit of that octet. */
#define EACH(c) ((c) * UINT64_C(0x0101010101010101))
#define BELOW(w, c) (((w) - EACH(c)) & ~(w) & EACH(0x80))

void ascii_lower_all(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s[i] = ascii_lower(s[i]);
}

bool ascii_case_equal(char const *a, size_t an, char const *b, size_t bn)
{
	if (an != bn)
		return false;
	for (size_t i = 0; i < an; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool ascii_case_is(char const *a, size_t an, char const *word)
{
	size_t i = 0;
	while (i < an && word[i] && ascii_lower(a[i]) == ascii_lower(word[i]))
		i++;
	return i == an && !word[i];
}

bool ascii_case_starts(char const *s, size_t n, char const *word)
{
	size_t i = 0;
	while (i < n && word[i] && ascii_lower(s[i]) == ascii_lower(word[i]))
		i++;
	return !word[i];
}

bool ascii_has_shape(char const *s, char const *shape, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (shape[i] == '0' ? !ascii_is_digit(s[i]) : shape[i] != '*' && s[i] != shape[i])
			return false;
	return true;
}

bool ascii_is_lowhex(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_digit(s[i]) && (s[i] < 'a' || s[i] > 'f'))
			return false;
	return true;
}

static uint64_t load8(char const *s)
{
	uint64_t w;
	memcpy(&w, s, sizeof w);
	return w;
}

bool ascii_only(char const *s, size_t n)
{
	size_t i = 0;
	while (n - i >= 8 && !(load8(s + i) & EACH(0x80)))
		i += 8;
	while (i < n && (unsigned char)s[i] < 0x80)
		i++;
	return i == n;
}

static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

bool ascii_has_space(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= 0x20 || s[i] == 0x7f)
			return true;
	return false;
}

bool ascii_has_control(char const *s, size_t n)
{
	size_t i = 0;
	while (n - i >= 8 && !(BELOW(load8(s + i), 0x20) | BELOW(load8(s + i) ^ EACH(0x7f), 1)))
		i += 8;
	while (i < n && !is_control(s[i]))
		i++;
	return i < n;
}
