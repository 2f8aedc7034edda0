/* The charset that HTML states of itself is in the HTML. Corrected, it is UTF-8; a second correction
   changes nothing. */
#include "base/ascii.h"
#include "mail/html_meta.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct buf out = BUF_ZERO, again = BUF_ZERO;
	char *s = fuzz_copy(data, n);
	size_t from, to;
	bool stated = html_meta_charset(s, n, &from, &to);
	must(html_meta_correct(s, n, &out));
	if (stated)
		must(from <= to && to <= n && fuzz_same(s, from, out.s, from));
	else
		must(fuzz_same(s, n, out.s, out.len));
	char *exact = fuzz_copy(out.s, out.len);
	if (html_meta_charset(exact, out.len, &from, &to))
		must(ascii_case_is(exact + from, to - from, "utf-8") || ascii_case_is(exact + from, to - from, "utf8"));
	must(stated == html_meta_charset(exact, out.len, &from, &to));
	must(html_meta_correct(exact, out.len, &again) && fuzz_same(exact, out.len, again.s, again.len));
	buf_free(&out);
	buf_free(&again);
	free(exact);
	free(s);
	return 0;
}
