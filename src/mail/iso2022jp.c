/* ISO-2022-JP to EUC-JP: see iso2022jp.h. */
#include "mail/iso2022jp.h"

#include <string.h>

#define BAD "\xff"

enum mode { ASCII, KANA, KANJI, SUPPLEMENT };

/* The sequences after an escape character. */
static struct escape {
	char const *s;
	enum mode mode;
} const escapes[] = {
	{"(B", ASCII}, {"(J", ASCII}, {"(H", ASCII}, {"(I", KANA}, {"$@", KANJI}, {"$B", KANJI},
	{"&@\x1b$B", KANJI}, {"$(@", KANJI}, {"$(B", KANJI}, {"$(D", SUPPLEMENT},
};

static struct escape const *find_escape(char const *s, size_t n)
{
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		size_t len = strlen(escapes[i].s);
		if (len <= n && !memcmp(s, escapes[i].s, len))
			return &escapes[i];
	}
	return NULL;
}

/* Can it be an octet of a character of JIS X 0208 or 0212? */
static bool is_graphic(char c)
{
	return c > 0x20 && c < 0x7f;
}

/* Writes the character at s[0..n), which is not an escape; *step: its octets. */
static bool put_character(enum mode mode, char const *s, size_t n, size_t *step, struct buf *out)
{
	char const pair[] = {(char)(s[0] | 0x80), (char)((n > 1 ? s[1] : 0) | 0x80)};
	*step = 1;
	if (s[0] & 0x80)
		return buf_puts(out, BAD);
	if (mode == KANA && s[0] > 0x20 && s[0] < 0x60)
		return buf_putc(out, '\x8e') && buf_putc(out, pair[0]);
	if (mode < KANJI || !is_graphic(s[0]))
		return buf_putc(out, s[0]);
	if (n < 2 || !is_graphic(s[1]))
		return buf_puts(out, BAD);
	*step = 2;
	return (mode == KANJI || buf_putc(out, '\x8f')) && buf_put(out, pair, 2);
}

bool iso2022jp_to_euc(char const *s, size_t n, struct buf *out)
{
	enum mode mode = ASCII;
	size_t step;
	for (size_t i = 0; i < n; i += step) {
		struct escape const *e = s[i] == '\x1b' ? find_escape(s + i + 1, n - i - 1) : NULL;
		if (e) {
			mode = e->mode;
			step = 1 + strlen(e->s);
			continue;
		}
		step = 1;
		if (s[i] == '\x0e' || s[i] == '\x0f') { /* shift out, shift in: CP50222 */
			mode = s[i] == '\x0e' ? KANA : ASCII;
			continue;
		}
		if (s[i] == '\n' || s[i] == '\r')
			mode = ASCII;
		if (s[i] == '\x1b' ? !buf_puts(out, BAD) : !put_character(mode, s + i, n - i, &step, out))
			return false;
	}
	return true;
}
