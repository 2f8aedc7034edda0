/* The cid rewriter. The output has the same tags and attributes as the input. Only URLs differ. Ids
   that begin with x are not replaced: a second pass finds all of them, in their order. */
#include "base/ascii.h"
#include "mail/cid.h"
#include "mail/html.h"
#include "fuzz.h"

#define URL "https://img.example/i/0.png"

struct asked {
	struct buf kept;    /* the ids that had no answer */
	size_t kept_count, replaced;
	bool all;           /* answer none */
};

static char const *find(void *data, char const *id, size_t n)
{
	struct asked *a = data;
	if (!a->all && (n == 0 || *id != 'x')) {
		a->replaced++;
		return URL;
	}
	must(buf_put(&a->kept, id, n) && buf_putc(&a->kept, '\n'));
	a->kept_count++;
	return NULL;
}

static void forget(struct asked *a)
{
	buf_free(&a->kept);
}

/* The places that may change: values of attributes with URLs, style sheets. */
struct place {
	size_t from, to;
};
struct places {
	struct place *at;
	size_t count, cap;
};

static void add(struct places *p, size_t from, size_t to)
{
	if (p->count == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 64;
		p->at = realloc(p->at, p->cap * sizeof *p->at);
		must(p->at);
	}
	p->at[p->count++] = (struct place){from, to};
}

static bool holds_url(char const *s, size_t n)
{
	static char const *const names[] = {"src", "href", "background", "style", "srcset", "poster", "data",
		"xlink:href", "o:href", "imagesrcset", "lowsrc", "dynsrc"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (ascii_case_is(s, n, names[i]))
			return true;
	return false;
}

static void find_places(struct places *p, char const *s, size_t n)
{
	struct html h;
	struct html_attribute a;
	size_t end = 0;
	html_start(&h, s, n);
	for (enum html_token t; (t = html_next(&h)) != HTML_END;) {
		must(h.from >= end && h.from <= h.to && h.to <= n);
		end = h.to;
		if (t == HTML_STYLE) {
			add(p, h.from, h.to);
			continue;
		}
		while (html_attribute(&h, &a)) {
			must(a.name >= end && a.name < a.name_end && a.name_end <= a.value && a.value <= a.value_end && a.value_end <= n);
			end = a.value_end;
			if (holds_url(s + a.name, a.name_end - a.name))
				add(p, a.value, a.value_end);
		}
	}
}

/* The offset of piece[0..len) in s[0..n): `at`, or if allowed a later one; n: it is not there. */
static size_t find_piece(char const *s, size_t n, size_t at, char const *piece, size_t len, bool there)
{
	for (; at + len <= n; at++) {
		if (!len || !memcmp(s + at, piece, len))
			return at;
		if (there)
			break;
	}
	return n;
}

/* Checks that out[0..m) is in[0..n) with some stretches replaced by URL. Returns how many. */
static size_t check_place(char const *in, size_t n, char const *out, size_t m)
{
	size_t const url = strlen(URL);
	size_t count = 0, at = 0, from = 0;
	for (size_t i = 0; i + url <= m; i++) {
		if (memcmp(out + i, URL, url))
			continue;
		/* the octets before it in out are in `in`, too; an &quot may have got a semicolon */
		size_t len = i - from, found = find_piece(in, n, at, out + from, len, !count);
		if (found == n && len > 5 && ascii_case_is(out + i - 6, 6, "&quot;"))
			found = find_piece(in, n, at, out + from, --len, !count);
		must(found + len < n);
		at = found + len + 1; /* the URL there has an octet at least */
		from = i + url;
		i = from - 1;
		count++;
	}
	if (count == 0) {
		must(fuzz_same(in, n, out, m));
	} else {
		must(m - from <= n - at);
		must(m == from || !memcmp(in + n - (m - from), out + from, m - from));
	}
	return count;
}

static void check_rest(char const *in, size_t n, struct buf const *out, size_t replaced)
{
	struct places a = {.count = 0}, b = {.count = 0};
	size_t x = 0, y = 0, count = 0;
	find_places(&a, in, n);
	find_places(&b, out->s, out->len);
	must(a.count == b.count);
	for (size_t i = 0; i < a.count; i++) {
		struct place p = a.at[i], q = b.at[i];
		must(fuzz_same(in + x, p.from - x, out->s + y, q.from - y));
		count += check_place(in + p.from, p.to - p.from, out->s + q.from, q.to - q.from);
		x = p.to;
		y = q.to;
	}
	must(fuzz_same(in + x, n - x, out->s + y, out->len - y));
	must(count == replaced);
	free(a.at);
	free(b.at);
}

static bool contains(char const *s, size_t n, char const *what)
{
	size_t len = strlen(what);
	for (size_t i = 0; i + len <= n; i++)
		if (!memcmp(s + i, what, len))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct asked first = {.all = false}, second = {.all = true}, none = {.all = true};
	struct buf out = BUF_ZERO, again = BUF_ZERO, same = BUF_ZERO;
	char *s = fuzz_copy(data, n);
	must(cid_safe(URL));
	must(cid_rewrite(s, n, find, &none, &same) && fuzz_same(s, n, same.s, same.len));
	must(cid_rewrite(s, n, find, &first, &out));
	must(none.kept_count == first.kept_count + first.replaced);
	must(cid_rewrite(out.s, out.len, find, &second, &again) && fuzz_same(out.s, out.len, again.s, again.len));
	must(fuzz_same(first.kept.s, first.kept.len, second.kept.s, second.kept.len));
	if (n && !contains(s, n, URL))
		check_rest(s, n, &out, first.replaced);
	must(cid_decode(s, n) <= n);
	forget(&first);
	forget(&second);
	forget(&none);
	buf_free(&out);
	buf_free(&again);
	buf_free(&same);
	free(s);
	return 0;
}
