/* Charsets to UTF-8 with iconv(3): see convert.h. iconv converts strictly, without //TRANSLIT and
   //IGNORE. This file skips what it refuses, and checks its output: UTF-32 of glibc passes code
   points beyond Unicode. */
#include "import/convert.h"

#include "base/ascii.h"
#include "mail/charset.h"
#include "mail/html_meta.h"
#include "mail/iso2022jp.h"
#include "mail/label.h"
#include "base/utf8.h"
#include "import/decoder.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

/* The encodings in which more than one octet is skipped for an unreadable character. unit: the octets of
   a code unit. pairs: two 8-bit octets are one character. (An ASCII octet after the first is read, as browsers do: it may be a `<`.) held:
   the decoder keeps a character back until it has the next. */
static struct trait {
	char const *name;
	uint8_t unit;
	bool pairs, held;
} const traits[] = {
	{"UTF-16LE", 2, false, false}, {"UTF-16BE", 2, false, false}, {"UTF-32LE", 4, false, false},
	{"UTF-32BE", 4, false, false}, {"GB18030", 1, true, false}, {"BIG5-HKSCS", 1, true, true},
	{"CP950", 1, true, false}, {"EUC-JP-MS", 1, true, false}, {"CP932", 1, true, false},
	{"UHC", 1, true, false}, {"EUC-TW", 1, true, false}, {"JOHAB", 1, true, false},
	{"WINDOWS-1255", 1, false, true}, {"WINDOWS-1258", 1, false, true}, {"TCVN", 1, false, true},
};
static struct trait const plain = {"", 1, false, false};

static struct trait const *trait_of(char const *name)
{
	for (size_t i = 0; i < sizeof traits / sizeof *traits; i++)
		if (!strcmp(traits[i].name, name))
			return &traits[i];
	return &plain;
}

/* The length without the NULs at the end, which programs leave that send a whole buffer. (Elsewhere
   they are not dropped: text could become a tag.) */
static size_t without_padding(char const *s, size_t n)
{
	while (n && !s[n - 1])
		n--;
	return n;
}

/* Appends UTF-8. Ill-formed sequences and NULs become U+FFFD. */
static bool put_utf8(char const *s, size_t n, struct buf *out)
{
	size_t copied = 0, step;
	n = without_padding(s, n);
	for (size_t i = 0; i < n; i += step) {
		bool good;
		step = utf8_step(s + i, n - i, &good);
		if (good && s[i])
			continue;
		if (!buf_put(out, s + copied, i - copied) || !buf_puts(out, UTF8_BAD))
			return false;
		copied = i + step;
	}
	return buf_put(out, s + copied, n - copied);
}

/* Appends windows-1252. high: where it differs from ISO 8859-1; 0: unused. Not by iconv: the last
   resort must not depend on installed modules. */
static bool put_1252(char const *s, size_t n, struct buf *out)
{
	static uint16_t const high[] = {
		0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
		0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
	};
	n = without_padding(s, n);
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];
		char utf8[4];
		if (!buf_put(out, utf8, utf8_write(c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c, utf8)))
			return false;
	}
	return true;
}

/* The state of a conversion. */
struct conversion {
	iconv_t cd;
	char *s;
	size_t n;
	struct buf out;
};

enum outcome { DONE, CUT, UNREADABLE, NO_MEMORY };

/* Converts up to the end or to an unreadable octet. flush: converts what the decoder keeps. */
static enum outcome run_iconv(struct conversion *c, bool flush)
{
	for (;;) {
		if (!buf_reserve(&c->out, c->n * 2 + 64))
			return NO_MEMORY;
		char *to = c->out.s + c->out.len;
		size_t room = c->out.cap - c->out.len;
		size_t r = flush ? iconv(c->cd, NULL, NULL, &to, &room) : iconv(c->cd, &c->s, &c->n, &to, &room);
		int e = errno;
		c->out.len = c->out.cap - room;
		if (r != (size_t)-1)
			return DONE;
		if (e != E2BIG)
			return e == EINVAL ? CUT : UNREADABLE;
	}
}

/* Skips the unreadable character at which iconv stopped. */
static bool skip_unreadable(struct conversion *c, struct trait const *t)
{
	size_t step = t->unit;
	if (t->pairs && c->n > 1 && (uint8_t)c->s[0] > 0x80 && (uint8_t)c->s[0] < 0xff && (uint8_t)c->s[1] >= 0x80)
		step = 2;
	if (step > c->n)
		step = c->n;
	/* in Windows' code page 936, and so in browsers, this octet is the euro */
	bool euro = step == 1 && (uint8_t)c->s[0] == 0x80 && !strcmp(t->name, "GB18030");
	c->s += step;
	c->n -= step;
	return (!t->held || run_iconv(c, true) != NO_MEMORY) && buf_puts(&c->out, euro ? "\xe2\x82\xac" : UTF8_BAD);
}

/* Converts the whole text. c->out is UTF-8 as iconv writes it. */
static bool convert_all(struct conversion *c, struct trait const *t)
{
	for (;;) {
		enum outcome o = run_iconv(c, false);
		if (o == NO_MEMORY)
			return false;
		if (o != UNREADABLE && run_iconv(c, true) == NO_MEMORY)
			return false;
		if (o == CUT)
			return buf_puts(&c->out, UTF8_BAD);
		if (o == DONE)
			return true;
		if (!skip_unreadable(c, t))
			return false;
	}
}

static bool put_converted(iconv_t cd, char const *name, char const *s, size_t n, struct buf *out)
{
	/* iconv does not write to its input, whatever its type says. */
	struct conversion c = {.cd = cd, .s = (char *)(uintptr_t)s, .n = n};
	bool good = convert_all(&c, trait_of(name));
	size_t mark = good && c.out.len >= 3 && !memcmp(c.out.s, "\xef\xbb\xbf", 3) ? 3 : 0;
	good = good && put_utf8(c.out.s + mark, c.out.len - mark, out);
	buf_free(&c.out);
	return good;
}

/* Finds a byte order mark. A longer mark comes before a mark that it begins with. */
static char const *mark_of(char const *s, size_t n, size_t *len)
{
	static struct {
		char const *mark;
		size_t len;
		char const *name;
	} const marks[] = {
		{"\xef\xbb\xbf", 3, "UTF-8"}, {"\xff\xfe\0\0", 4, "UTF-32LE"}, {"\0\0\xfe\xff", 4, "UTF-32BE"},
		{"\xff\xfe", 2, "UTF-16LE"}, {"\xfe\xff", 2, "UTF-16BE"},
	};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		*len = marks[i].len;
		if (n >= *len && !memcmp(s, marks[i].mark, *len))
			return marks[i].name;
	}
	*len = 0;
	return NULL;
}

/* Chooses the byte order of UTF-16 or UTF-32 without a mark, by the place of the zeros in blanks,
   line ends and Latin letters. Big endian by default (RFC 2781 4.3). */
static void choose_order(char const *s, size_t n, char name[CHARSET_NAME])
{
	size_t unit = strcmp(name, "UTF-32") ? 2 : 4, first = 0, last = 0;
	for (size_t i = 0; i + unit <= n; i += unit) {
		first += !s[i];
		last += !s[i + unit - 1];
	}
	strcat(name, last > first ? "LE" : "BE");
}

#define SHIFTED_NAME "EUC-JP-MS"

/* The decoder of a text. name: "" if the label says nothing. cd: set if iconv is needed. */
struct reading {
	char name[CHARSET_NAME];
	iconv_t cd;
	bool by_iconv;
	bool shifted; /* ISO-2022-JP: becomes EUC-JP first */
};

/* Sets *r for the label. r->name stays "" if the label is missing, unknown or proved false. False:
   iconv failed. */
static bool choose_reading(struct reading *r, char const *label, char const *s, size_t n)
{
	char *name = r->name;
	*r = (struct reading){.by_iconv = false};
	if (!label || !charset_name(label, strlen(label), name))
		return true;
	if (label_is_false(name, s, n)) {
		name[0] = 0;
		return true;
	}
	if (label_is_wide(name) && !name[6])
		choose_order(s, n, name);
	if (!strcmp(name, "UTF-8") || !strcmp(name, "US-ASCII") || !strcmp(name, "WINDOWS-1252"))
		return true;
	r->shifted = !strcmp(name, "ISO-2022-JP");
	r->cd = decoder_for(r->shifted ? SHIFTED_NAME : name);
	r->by_iconv = r->cd != (iconv_t)-1;
	if (!r->by_iconv)
		name[0] = 0;
	return r->by_iconv || errno == EINVAL;
}

static bool put_shifted(struct reading const *r, char const *s, size_t n, struct buf *out)
{
	struct buf euc = BUF_ZERO;
	bool good = iso2022jp_to_euc(s, n, &euc) && put_converted(r->cd, SHIFTED_NAME, euc.s, euc.len, out);
	buf_free(&euc);
	return good;
}

static bool put_reading(struct reading const *r, char const *s, size_t n, struct buf *out)
{
	if (r->shifted)
		return put_shifted(r, s, n, out);
	if (r->by_iconv)
		return put_converted(r->cd, r->name, s, n, out);
	return strcmp(r->name, "WINDOWS-1252") ? put_utf8(s, n, out) : put_1252(s, n, out);
}

/* Appends the text, read by a label. Sets *read to false, and appends nothing, if the label is
   missing, unknown or proved false. */
static bool read_by(char const *label, char const *s, size_t n, struct buf *out, bool *read)
{
	struct reading r;
	size_t before = out->len;
	*read = false;
	if (!choose_reading(&r, label, s, n))
		return false;
	if (!*r.name)
		return true;
	if (!put_reading(&r, s, n, out))
		return false;
	*read = !label_was_false(r.name, s, n, out->s + before, out->len - before);
	if (!*read)
		out->len = before;
	return true;
}

/* Finds the charset that HTML states of itself; "": it states none. */
static void find_stated(char const *s, size_t n, char stated[CHARSET_NAME])
{
	size_t from, to;
	stated[0] = 0;
	if (!html_meta_charset(s, n, &from, &to) || to - from >= CHARSET_NAME)
		return;
	memcpy(stated, s + from, to - from);
	stated[to - from] = 0;
}

static bool convert_any(char const *label, bool html, char const *s, size_t n, struct buf *out)
{
	char stated[CHARSET_NAME] = "";
	size_t before = out->len, skip;
	if (n == 0)
		return true;
	char const *mark = mark_of(s, n, &skip);
	bool read, good = read_by(mark ? mark : label, s + skip, n - skip, out, &read);
	if (good && !read && html && !mark) {
		find_stated(s, n, stated);
		good = read_by(stated, s, n, out, &read);
	}
	if (good && !read)
		good = utf8_valid(s + skip, n - skip) ? put_utf8(s + skip, n - skip, out) : put_1252(s + skip, n - skip, out);
	if (!good)
		out->len = before;
	return good;
}

bool convert_to_utf8(char const *charset, char const *s, size_t n, struct buf *out)
{
	return convert_any(charset, false, s, n, out);
}

bool convert_html(char const *charset, char const *s, size_t n, struct buf *out)
{
	return convert_any(charset, true, s, n, out);
}
