/* URLs in srcset attributes and in CSS. They are in the source, in its order. If each is replaced by
   another, the same number is found, and each is that one. (After an &quot without its semicolon a
   semicolon is added: html_text_is_open.) The last octet chooses a srcset, a style attribute or a
   style sheet. */
#include "base/ascii.h"
#include "mail/css.h"
#include "mail/srcset.h"
#include "fuzz.h"

#define URL "https://img.example/i/0.png"

/* The input: one of the two is used. */
struct reader {
	int kind;
	struct html_text t;
	struct css c;
	struct url u;
};

static void start(struct reader *r, int kind, char const *s, size_t n)
{
	memset(r, 0, sizeof *r);
	r->kind = kind;
	if (kind == 0)
		html_text_start(&r->t, s, 0, n, true);
	else
		css_start(&r->c, s, 0, n, kind == 1);
}

static bool next(struct reader *r)
{
	return r->kind == 0 ? srcset_next(&r->t, &r->u) : css_next(&r->c, &r->u);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	int kind = fuzz_choice(data, &n) % 3;
	struct buf out = BUF_ZERO;
	struct reader r;
	char *s = fuzz_copy(data, n);
	size_t copied = 0, count = 0, again = 0;
	start(&r, kind, s, n);
	while (next(&r)) {
		must((r.u.from == r.u.to) == (r.u.s.len == 0));
		if (!r.u.s.len)
			continue;
		must(r.u.from >= copied && r.u.from <= r.u.to && r.u.to <= n);
		must(r.u.s.len <= 4 * (r.u.to - r.u.from));
		must(buf_put(&out, s + copied, r.u.from - copied));
		if (kind < 2 && html_text_is_open(s, r.u.from))
			must(buf_putc(&out, ';'));
		must(buf_puts(&out, URL));
		copied = r.u.to;
		count++;
	}
	must(!r.u.failed && buf_put(&out, s + copied, n - copied));
	buf_free(&r.u.s);
	start(&r, kind, out.s, out.len);
	while (next(&r)) {
		if (!r.u.s.len)
			continue;
		must(fuzz_same(r.u.s.s, r.u.s.len, URL, strlen(URL)));
		again++;
	}
	must(again == count);
	buf_free(&r.u.s);
	buf_free(&out);
	free(s);
	return 0;
}
