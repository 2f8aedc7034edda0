/* ASCII without a locale. */
#include "core/ascii.h"

#include <string.h>

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
	return ascii_case_equal(a, an, word, strlen(word));
}

bool ascii_is_lowhex(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_digit(s[i]) && (s[i] < 'a' || s[i] > 'f'))
			return false;
	return true;
}

bool ascii_only(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0x80)
			return false;
	return true;
}
