/* pem_next: objects are inside the text, in order, and the text ends. */
#include "fuzz.h"
#include "tls/pem.h"

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_copy(data, n);
	struct pem p = {.s = s, .n = n};
	unsigned char const *end = (unsigned char const *)s;
	enum pem_event event;
	size_t at = 0;
	while ((event = pem_next(&p)) == PEM_OBJECT) {
		must(p.at > at && p.at <= n);
		at = p.at;
		must(memchr(p.name, 0, sizeof p.name));
		must(p.len == 0 || (p.der >= end && p.der + p.len <= (unsigned char const *)s + at));
		if (p.len)
			end = p.der + p.len;
	}
	must(event == PEM_END || event == PEM_BAD || event == PEM_ENCRYPTED);
	free(s);
	return 0;
}
