#include "base/uuid.h"

#include <uuid/uuid.h>

void uuid_fresh(char out[UUID_HEX])
{
	static char const digits[] = "0123456789abcdef";
	uuid_t id;
	uuid_generate_random(id);
	for (unsigned int i = 0; i < sizeof id; i++) {
		*out++ = digits[id[i] >> 4];
		*out++ = digits[id[i] & 15];
	}
	*out = 0;
}
