/* Compiling a send. Without the view sentence and without tracking, the HTML is the piece with
   the foot in it and no other change. The reader sees the foot as markup, in no element that
   hides it. Each tracked link is an attribute's value, and what is not tracked stays. The last
   octet of the input chooses the options. */
#include "mail/html.h"
#include "base/ascii.h"
#include "send/template.h"
#include "fuzz.h"

#define URL "https://l.example"

/* The stencil as octets; each slot is `x`. */
static struct buf fill(struct stencil const *f)
{
	struct buf out = BUF_ZERO;
	size_t at = 0;
	for (size_t i = 0; i < f->count; i++) {
		must(f->slot[i].at >= at && f->slot[i].at <= f->octets.len);
		must(buf_put(&out, f->octets.s + at, f->slot[i].at - at) && buf_putc(&out, 'x'));
		at = f->slot[i].at;
	}
	must(buf_put(&out, f->octets.s + at, f->octets.len - at));
	return out;
}

static size_t same_start(char const *a, size_t n, char const *b, size_t m)
{
	size_t i = 0;
	while (i < n && i < m && a[i] == b[i])
		i++;
	return i;
}

static size_t same_end(char const *a, size_t n, char const *b, size_t m)
{
	size_t i = 0;
	while (i < n && i < m && a[n - 1 - i] == b[m - 1 - i])
		i++;
	return i;
}

struct seen {
	size_t clicks, unsubscribe, views, opens;
};

static bool value_is(struct html const *h, struct html_attribute const *a, char const *what)
{
	return fuzz_same(h->s + a->value, a->value_end - a->value, what, strlen(what));
}

static struct seen look(struct buf const *out)
{
	struct seen seen = {0, 0, 0, 0};
	struct html h;
	struct html_attribute a;
	html_start(&h, out->s, out->len);
	for (enum html_token t; (t = html_next(&h)) != HTML_END;) {
		bool first = true;
		while (t == HTML_TAG && html_attribute(&h, &a)) {
			bool href = ascii_case_is(h.s + a.name, a.name_end - a.name, "href");
			seen.clicks += href && first && value_is(&h, &a, URL "/c/x");
			seen.unsubscribe += href && !h.conditional && !h.foreign.levels && value_is(&h, &a, URL "/u/x");
			seen.views += href && !h.conditional && !h.foreign.levels && value_is(&h, &a, URL "/v/x");
			seen.opens += !h.conditional && !h.foreign.levels && value_is(&h, &a, URL "/o/x.gif");
			first = first && !href;
		}
	}
	return seen;
}

static bool contains(char const *s, size_t n, char const *what)
{
	size_t len = strlen(what);
	for (size_t i = 0; i + len <= n; i++)
		if (ascii_case_equal(s + i, len, what, len))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	uint8_t choice = fuzz_choice(data, &n);
	struct template_options o = {.language = choice & 15, .show_header = choice & 16, .track_opens = choice & 32,
		.track_clicks = choice & 64, .url = URL};
	struct template t = {.text = {.count = 0}}, bare = {.text = {.count = 0}};
	char *s = fuzz_copy(data, n);
	must(template_compile(&t, s, n, s, n, &o));
	size_t clicks = 0;
	for (size_t i = 0; i < t.html.count; i++) {
		clicks += t.html.slot[i].kind == TOKEN_CLICK;
		must(t.html.slot[i].kind != TOKEN_CLICK || (t.html.slot[i].link >= 1 && t.html.slot[i].link <= t.links.count));
	}
	must(o.track_clicks || !t.links.count);
	for (size_t i = 0; i < t.links.count; i++)
		must(links_is_tracked(t.links.octets.s + t.links.url[i].at, t.links.url[i].n, URL));
	struct buf out = fill(&t.html), page = fill(&t.page), text = fill(&t.text);
	if (!contains(s, n, "l.example")) {
		struct seen seen = look(&out), on_page = look(&page);
		must(seen.unsubscribe == 1 && on_page.unsubscribe == 1);
		must(seen.views == o.show_header && !on_page.views);
		must(seen.opens == o.track_opens && !on_page.opens);
		must(seen.clicks == clicks && on_page.clicks == clicks);
	}
	o.show_header = o.track_clicks = o.track_opens = false;
	must(template_compile(&bare, s, n, s, n, &o));
	struct buf plain = fill(&bare.html);
	size_t start = same_start(s, n, plain.s, plain.len), end = same_end(s, n, plain.s, plain.len);
	must(plain.len > n && start + end >= n);
	must(contains(text.s, text.len, URL "/u/x"));
	buf_free(&out);
	buf_free(&page);
	buf_free(&text);
	buf_free(&plain);
	template_free(&t);
	template_free(&bare);
	free(s);
	return 0;
}
