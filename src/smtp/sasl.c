/* SASL PLAIN. */
#include "smtp/sasl.h"

#include <string.h>

bool sasl_plain(char const *s, size_t n, char const **user, size_t *user_n,
	char const **password, size_t *password_n, bool *foreign)
{
	char const *end = s + n;
	char const *first = n ? memchr(s, 0, n) : NULL;
	if (!first)
		return false;
	*user = first + 1;
	char const *second = *user < end ? memchr(*user, 0, (size_t)(end - *user)) : NULL;
	if (!second)
		return false;
	*user_n = (size_t)(second - *user);
	*password = second + 1;
	*password_n = (size_t)(end - *password);
	if (*user_n == 0 || *password_n == 0 || memchr(*password, 0, *password_n))
		return false;
	size_t authzid = (size_t)(first - s);
	*foreign = authzid && (authzid != *user_n || memcmp(s, *user, authzid) != 0);
	return true;
}
