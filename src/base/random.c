#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

bool random_octets(void *s, size_t n)
{
	ssize_t r;
	do
		r = getrandom(s, n, 0);
	while (r < 0 && errno == EINTR);
	return r == (ssize_t)n;
}
