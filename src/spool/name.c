/* Names of files in the spool. */
#include "spool/name.h"

#include "base/ascii.h"

#include <string.h>

size_t spool_key_length(char const *name)
{
	size_t n = 0;
	while (ascii_is_lowhex(name + n, 1))
		n++;
	if (n != SPOOL_KEY - 1 && n != SPOOL_UUID - 1)
		return 0;
	return name[n] == 0 || strchr(":,.", name[n]) ? n : 0;
}

bool spool_name_is_reason(char const *name)
{
	static char const ending[] = ".reason";
	size_t n = strlen(name), len = sizeof ending - 1;
	return n > len && strcmp(name + n - len, ending) == 0;
}

void spool_key_of(char key[SPOOL_KEY], char const *name)
{
	size_t n = spool_key_length(name);
	memcpy(key, name, n);
	key[n] = 0;
}
