/* A field's value to UTF-8, for convert.h: encoded words are joined before they are
   converted, since programs split them in mid-character (against RFC 2047 5). */
#include "import/convert.h"

#include "base/ascii.h"
#include "mail/encword.h"

#include <stdint.h>
#include <string.h>

/* Octets of one charset that wait for their neighbours. */
struct group {
	struct buf octets;
	struct buf charset; /* with a NUL behind it; empty: none */
	bool encoded;
};

static bool flush(struct group *g, struct buf *out)
{
	bool good = !g->octets.len
		|| convert_to_utf8(g->charset.len ? g->charset.s : NULL, g->octets.s, g->octets.len, out);
	g->octets.len = 0;
	return good;
}

static bool add(struct group *g, struct encword_run const *run, struct buf *out)
{
	size_t n = g->charset.len ? g->charset.len - 1 : 0;
	bool same = g->encoded == run->encoded
		&& ascii_case_equal(n ? g->charset.s : "", n, run->charset_len ? run->charset : "", run->charset_len);
	if (!same) {
		if (!flush(g, out))
			return false;
		g->encoded = run->encoded;
		g->charset.len = 0;
		if (run->charset_len
		    && (!buf_put(&g->charset, run->charset, run->charset_len) || !buf_putc(&g->charset, 0)))
			return false;
	}
	return buf_put(&g->octets, run->s, run->n);
}

/* Control characters, C1's (U+0080 to U+009F) too, become spaces; those at the ends go.
   s[from..) is valid UTF-8 and only gets shorter. */
static void tidy(struct buf *b, size_t from)
{
	size_t to = from;
	for (size_t i = from; i < b->len; i++) {
		uint8_t c = (uint8_t)b->s[i];
		bool c1 = c == 0xc2 && i + 1 < b->len && (uint8_t)b->s[i + 1] < 0xa0;
		char put = (char)(c < 0x20 || c == 0x7f || c1 ? ' ' : c);
		i += c1;
		if (put != ' ' || to > from)
			b->s[to++] = put;
	}
	while (to > from && b->s[to - 1] == ' ')
		to--;
	b->len = to;
}

bool convert_header(char const *value, struct buf *out)
{
	struct encword words;
	struct encword_run run;
	struct group group = {.encoded = false};
	struct buf scratch = BUF_ZERO;
	size_t before = out->len;
	int r;
	encword_start(&words, value, strlen(value));
	while ((r = encword_next(&words, &run, &scratch)) > 0) {
		if (!add(&group, &run, out)) {
			r = -1;
			break;
		}
	}
	bool good = !r && flush(&group, out);
	buf_free(&scratch);
	buf_free(&group.octets);
	buf_free(&group.charset);
	if (good)
		tidy(out, before);
	else
		out->len = before;
	return good;
}

bool convert_octets(char const *s, size_t n, struct buf *out)
{
	size_t before = out->len;
	if (!convert_to_utf8(NULL, s, n, out))
		return false;
	tidy(out, before);
	return true;
}
