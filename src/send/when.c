/* The times at which a deferred mail is tried again. */
#include "send/when.h"

int64_t when_retry(uint64_t tries)
{
	static int const minutes[] = {5, 15, 60, 120};
	return 60 * (int64_t)minutes[tries < 1 ? 0 : tries > 4 ? 3 : tries - 1];
}
