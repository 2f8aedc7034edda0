/* hello_server_name: the name is inside the octets that were read. */
#include "fuzz.h"
#include "tls/hello.h"

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	size_t at, len;
	unsigned char *s = (unsigned char *)fuzz_copy(data, n);
	if (hello_server_name(s, n, &at, &len))
		must(len == 0 || (at > 4 && at <= n && len <= n - at));
	free(s);
	return 0;
}
