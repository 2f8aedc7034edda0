/* Text to UTF-8: the first line is the label, the rest the text. The output is UTF-8 without NULs;
   UTF-8 that is labelled so stays the same. */
#include "mail/address.h"
#include "base/ascii.h"
#include "mail/charset.h"
#include "mail/iso2022jp.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "import/convert.h"
#include "import/convert_header.h"

static void check_name(char const *label, size_t n)
{
	char name[CHARSET_NAME];
	bool known = charset_name(label, n, name);
	must(known == !!*name && strlen(name) < sizeof name);
	for (char const *c = name; *c; c++)
		must(*c > 0x20 && ascii_is_print(*c) && *c != '/' && *c != '"');
}

static bool is_clean(struct buf const *b)
{
	return utf8_valid(b->s, b->len) && (!b->len || !memchr(b->s, 0, b->len));
}

static void check_steps(char const *s, size_t n)
{
	size_t step;
	bool good, all = true;
	for (size_t i = 0; i < n; i += step) {
		step = utf8_step(s + i, n - i, &good);
		must(step >= 1 && step <= 4 && step <= n - i);
		must(good == utf8_valid(s + i, step));
		all &= good;
	}
	must(all == utf8_valid(s, n));
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct buf out = BUF_ZERO, other = BUF_ZERO;
	uint8_t const *lf = n ? memchr(data, '\n', n) : NULL;
	size_t len = lf ? (size_t)(lf - data) : 0, at = lf ? len + 1 : 0;
	if (len > 200 || (len && memchr(data, 0, len)))
		return 0;
	char label[201];
	memcpy(label, data, len);
	label[len] = 0;
	char *s = fuzz_copy(data + at, n - at);
	n -= at;
	check_name(label, len);
	check_steps(s, n);
	must(buf_puts(&out, "before"));
	must(convert_to_utf8(label, s, n, &out));
	must(out.len >= 6 && !memcmp(out.s, "before", 6) && is_clean(&out));
	bool mark = (n >= 3 && !memcmp(s, "\xef\xbb\xbf", 3)) || (n >= 2 && (!memcmp(s, "\xff\xfe", 2) || !memcmp(s, "\xfe\xff", 2)))
		|| (n >= 4 && !memcmp(s, "\0\0\xfe\xff", 4));
	if (!mark && !strcmp(label, "utf-8") && utf8_valid(s, n) && !memchr(s, 0, n))
		must(fuzz_same(s, n, out.s + 6, out.len - 6));
	must(convert_html(label, s, n, &other) && is_clean(&other));
	other.len = 0;
	must(convert_octets(s, n, &other) && is_clean(&other));
	other.len = 0;
	must(iso2022jp_to_euc(s, n, &other) && other.len <= 3 * n + 1);
	buf_free(&out);
	buf_free(&other);
	free(s);
	return 0;
}
