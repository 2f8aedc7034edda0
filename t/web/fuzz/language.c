/* Accept-Language: any field chooses one of the two languages, and the first of two with equal
   weights. */
#include "web/texts.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = calloc(n + 16, 1);
	must(s);
	if (n)
		memcpy(s, data, n);
	enum web_language l = web_language(s);
	must(l == WEB_SPANISH || l == WEB_ENGLISH);
	/* an appended language of weight 0 does not change the choice */
	if (l == WEB_ENGLISH && strlen(s) == n) {
		memcpy(s + n, ",es;q=0", 8);
		must(web_language(s) == WEB_ENGLISH);
	}
	free(s);
	return 0;
}
