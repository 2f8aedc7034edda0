/* A field's value to UTF-8: see convert_header.h. */
#include "import/convert_header.h"

#include "base/ascii.h"
#include "import/convert.h"
#include "mail/encword.h"

#include <stdint.h>
#include <string.h>

/* Octets of one charset, collected from adjacent runs. */
struct group {
	struct buf octets;
	struct buf charset; /* NUL-terminated; empty: no charset */
	bool encoded;
};

static bool flush_group(struct group *g, struct buf *out)
{
	bool good = !g->octets.len
		|| convert_to_utf8(g->charset.len ? g->charset.s : NULL, g->octets.s, g->octets.len, out);
	g->octets.len = 0;
	return good;
}

static bool add_run(struct group *g, struct encword_run const *run, struct buf *out)
{
	size_t n = g->charset.len ? g->charset.len - 1 : 0;
	bool same = g->encoded == run->encoded
		&& ascii_case_equal(n ? g->charset.s : "", n, run->charset_len ? run->charset : "", run->charset_len);
	if (!same) {
		if (!flush_group(g, out))
			return false;
		g->encoded = run->encoded;
		g->charset.len = 0;
		if (run->charset_len
		    && (!buf_put(&g->charset, run->charset, run->charset_len) || !buf_putc(&g->charset, 0)))
			return false;
	}
	return buf_put(&g->octets, run->s, run->n);
}

/* Makes control characters, with C1 (U+0080 to U+009F), spaces, and cuts spaces at the ends of
   s[from..), which is valid UTF-8. */
static void clean_controls(struct buf *b, size_t from)
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
		if (!add_run(&group, &run, out)) {
			r = -1;
			break;
		}
	}
	bool good = !r && flush_group(&group, out);
	buf_free(&scratch);
	buf_free(&group.octets);
	buf_free(&group.charset);
	if (good)
		clean_controls(out, before);
	else
		out->len = before;
	return good;
}

bool convert_octets(char const *s, size_t n, struct buf *out)
{
	size_t before = out->len;
	if (!convert_to_utf8(NULL, s, n, out))
		return false;
	clean_controls(out, before);
	return true;
}
