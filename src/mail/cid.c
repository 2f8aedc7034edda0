/* Replacing cid: URLs: see cid.h. */
#include "mail/cid.h"

#include "base/ascii.h"
#include "mail/css.h"
#include "mail/html.h"
#include "mail/html_text.h"
#include "mail/srcset.h"
#include "mail/url.h"

#include <string.h>

struct rewrite {
	char const *s;
	size_t copied; /* s[0..copied) has been written to out */
	struct url url;
	cid_find *find;
	void *data;
	struct buf *out;
};

static void in_url(struct rewrite *r, size_t from, size_t to);
static void in_srcset(struct rewrite *r, size_t from, size_t to);
static void in_style(struct rewrite *r, size_t from, size_t to);

/* The attributes with URLs, on any element: VML has many, and a replaced URL that no browser reads
   does no harm. */
static struct {
	char const *name;
	void (*read)(struct rewrite *r, size_t from, size_t to);
} const attributes[] = {
	{"src", in_url}, {"href", in_url}, {"background", in_url}, {"style", in_style},
	{"srcset", in_srcset}, {"poster", in_url}, {"data", in_url}, {"xlink:href", in_url},
	{"o:href", in_url}, {"imagesrcset", in_srcset}, {"lowsrc", in_url}, {"dynsrc", in_url},
};

/* r->url is complete: replaces it, if it is a cid: URL. */
static void replace_cid(struct rewrite *r)
{
	struct url const *u = &r->url;
	if (u->failed || !ascii_case_starts(u->s.s, u->s.len, "cid:"))
		return;
	char const *to = r->find(r->data, u->s.s + 4, u->s.len - 4);
	if (!to)
		return;
	if (!buf_put(r->out, r->s + r->copied, u->from - r->copied)
	    || (html_text_is_open(r->s, u->from) && !buf_putc(r->out, ';')) || !buf_puts(r->out, to))
		r->url.failed = true;
	r->copied = u->to;
}

static void in_url(struct rewrite *r, size_t from, size_t to)
{
	struct html_text t;
	html_text_start(&t, r->s, from, to, true);
	url_start(&r->url);
	for (int c = html_text_next(&t); c >= 0; c = html_text_next(&t))
		url_add(&r->url, c, t.from, t.at);
	url_finish(&r->url);
	replace_cid(r);
}

static void in_srcset(struct rewrite *r, size_t from, size_t to)
{
	struct html_text t;
	html_text_start(&t, r->s, from, to, true);
	while (srcset_next(&t, &r->url))
		replace_cid(r);
}

static void in_css(struct rewrite *r, size_t from, size_t to, bool attribute)
{
	struct css c;
	css_start(&c, r->s, from, to, attribute);
	while (css_next(&c, &r->url))
		replace_cid(r);
}

static void in_style(struct rewrite *r, size_t from, size_t to)
{
	in_css(r, from, to, true);
}

static void in_tag(struct rewrite *r, struct html *h)
{
	struct html_attribute a;
	while (html_attribute(h, &a)) {
		for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
			if (ascii_case_is(r->s + a.name, a.name_end - a.name, attributes[i].name)) {
				attributes[i].read(r, a.value, a.value_end);
				break;
			}
		}
	}
}

bool cid_rewrite(char const *html, size_t n, cid_find *find, void *data, struct buf *out)
{
	struct rewrite r = {.s = html, .find = find, .data = data, .out = out};
	struct html h;
	if (n == 0)
		return true;
	html_start(&h, html, n);
	for (enum html_token t = html_next(&h); t != HTML_END && !r.url.failed; t = html_next(&h)) {
		if (t == HTML_TAG)
			in_tag(&r, &h);
		else
			in_css(&r, h.from, h.to, false);
	}
	bool good = !r.url.failed && buf_put(out, html + r.copied, n - r.copied);
	buf_free(&r.url.s);
	return good;
}

size_t cid_decode(char *s, size_t n)
{
	size_t to = 0;
	for (size_t i = 0; i < n; i++) {
		bool encoded = s[i] == '%' && n - i > 2 && ascii_hex(s[i + 1]) >= 0 && ascii_hex(s[i + 2]) >= 0;
		if (encoded) {
			s[to++] = (char)(ascii_hex(s[i + 1]) << 4 | ascii_hex(s[i + 2]));
			i += 2;
		} else {
			s[to++] = s[i];
		}
	}
	return to;
}

bool cid_safe(char const *s)
{
	for (; *s; s++)
		if (!ascii_is_alpha(*s) && !ascii_is_digit(*s) && !strchr("-._~:/?@!$*+=%[]", *s))
			return false;
	return true;
}
