/* The HTML reader: see html.h. The states of WHATWG's tokenizer are straight code here: only tags
   and style sheets are needed. */
#include "mail/html.h"

#include "base/ascii.h"

#include <string.h>

/* Elements of HTML whose content is text (13.2.5.1 and the tree builder's switches).
   plaintext never ends. */
static char const *const raw_elements[] = {
	"style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext",
};

bool html_is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

void html_start(struct html *h, char const *s, size_t n)
{
	*h = (struct html){.s = s, .n = n, .end = n, .broken = n, .text = n};
}

/* Does s[at..end) begin with the word, in any case? */
static bool word_at(struct html const *h, size_t at, char const *word)
{
	return ascii_case_starts(h->s + at, h->end - at, word);
}

/* Is that the whole name of a tag? */
static bool name_at(struct html const *h, size_t at, char const *name)
{
	if (!word_at(h, at, name))
		return false;
	at += strlen(name);
	return at < h->end && (html_is_space(h->s[at]) || h->s[at] == '/' || h->s[at] == '>');
}

/* The offset of the next c from `at` on, or the end. */
static size_t find_octet(struct html const *h, size_t at, char c)
{
	char const *p = at < h->end ? memchr(h->s + at, c, h->end - at) : NULL;
	return p ? (size_t)(p - h->s) : h->end;
}

/* 13.2.5.17 to 31: inside `<!-- <script> ... </script> -->` a script does not end. */
static size_t script_end(struct html const *h)
{
	bool escaped = false, twice = false;
	for (size_t i = h->at; i < h->end; i++) {
		if (h->s[i] == '-' && word_at(h, i, "-->"))
			escaped = twice = false;
		if (h->s[i] != '<')
			continue;
		if (word_at(h, i, "<!--")) {
			escaped = true;
		} else if (name_at(h, i + 1, "script")) {
			twice = escaped;
		} else if (i + 1 < h->end && h->s[i + 1] == '/' && name_at(h, i + 2, "script")) {
			if (!twice)
				return i;
			twice = false;
		}
	}
	return h->end;
}

/* Reads the comment that opens at `open`. Its text ends before *text_end; returns the offset after
   the comment (13.2.5.43 to 52: `<!-->` and `<!--->` are whole comments). */
static size_t comment_end(struct html const *h, size_t open, size_t *text_end)
{
	for (size_t i = find_octet(h, open + 4, '>'); i < h->end; i = find_octet(h, i + 1, '>')) {
		if (i >= open + 4 && !memcmp(h->s + i - 2, "--", 2)) {
			*text_end = i - 2 > open + 4 ? i - 2 : open + 4;
			return i + 1;
		}
		if (i >= open + 7 && !memcmp(h->s + i - 3, "--!", 3)) {
			*text_end = i - 3;
			return i + 1;
		}
	}
	return *text_end = h->end;
}

/* Notes that the construct opened at `open` is not closed. In a conditional comment it ends with
   the comment. */
static void note_broken(struct html *h, size_t open)
{
	if (!h->conditional && h->broken == h->n)
		h->broken = open;
}

static bool is_cdata(struct html const *h, size_t at)
{
	return h->end - at >= 9 && !memcmp(h->s + at, "<![CDATA[", 9);
}

/* The offset after the CDATA section that opens at `open` (13.2.5.69 to 71). */
static size_t cdata_end(struct html const *h, size_t open)
{
	for (size_t i = find_octet(h, open + 9, '>'); i < h->end; i = find_octet(h, i + 1, '>'))
		if (i >= open + 11 && !memcmp(h->s + i - 2, "]]", 2))
			return i + 1;
	return h->end;
}

/* A <style> of SVG has text, comments and CDATA sections; any tag ends it. */
static size_t foreign_style_end(struct html const *h)
{
	size_t i = find_octet(h, h->at, '<'), text_end, next;
	for (; i < h->end; i = find_octet(h, next, '<')) {
		size_t name = i + 1 + (i + 1 < h->end && h->s[i + 1] == '/');
		if (name < h->end && ascii_is_alpha(h->s[name]))
			break;
		next = is_cdata(h, i) ? cdata_end(h, i) : word_at(h, i, "<!--") ? comment_end(h, i, &text_end) : i + 1;
	}
	return i;
}

static size_t raw_end(struct html const *h)
{
	if (html_foreign_inside(&h->foreign))
		return foreign_style_end(h);
	if (!strcmp(h->raw, "script"))
		return script_end(h);
	if (!strcmp(h->raw, "plaintext"))
		return h->end;
	size_t i = find_octet(h, h->at, '<');
	while (i < h->end && !(i + 1 < h->end && h->s[i + 1] == '/' && name_at(h, i + 2, h->raw)))
		i = find_octet(h, i + 1, '<');
	return i;
}

/* The offset of the markup of a conditional comment; 0 if [at, end) is not one. */
static size_t find_condition(struct html const *h, size_t at, size_t end)
{
	while (at < end && html_is_space(h->s[at]))
		at++;
	if (at + 4 > end || !word_at(h, at, "[if") || ascii_is_alpha(h->s[at + 3]))
		return 0;
	for (; at + 1 < end; at++)
		if (h->s[at] == ']' && h->s[at + 1] == '>')
			return at + 2;
	return 0;
}

/* Skips the `<!` at h->at: a comment, or a declaration, which ends at the first `>`. Only an <svg>
   or a <math> has CDATA sections. */
static void skip_declaration(struct html *h)
{
	size_t const open = h->at;
	if (h->foreign.levels && is_cdata(h, open)) {
		h->at = cdata_end(h, open);
		if (h->at == h->end && (h->end < open + 12 || memcmp(h->s + h->end - 3, "]]>", 3)))
			note_broken(h, open);
		return;
	}
	if (!word_at(h, open, "<!--")) {
		h->at = find_octet(h, open, '>');
		if (h->at == h->end)
			note_broken(h, open);
		h->at += h->at < h->end;
		return;
	}
	size_t text_end, after = comment_end(h, open, &text_end);
	if (text_end == h->end)
		note_broken(h, open);
	size_t inside = h->conditional ? 0 : find_condition(h, h->at + 4, text_end);
	if (inside) {
		h->conditional = true;
		h->outside = h->foreign;
		h->foreign.levels = 0;
		h->resume = after;
		h->end = text_end;
		after = inside;
	}
	h->at = after;
}

/* Reads a tag's name from `from` on; its attributes come next. */
static void read_tag_name(struct html *h, size_t from)
{
	size_t to = from;
	while (to < h->end && !html_is_space(h->s[to]) && h->s[to] != '/' && h->s[to] != '>')
		to++;
	h->from = from;
	h->to = h->at = to;
	h->in_tag = true;
	h->cut = false;
}

static void skip_tag(struct html *h)
{
	struct html_attribute a;
	while (html_attribute(h, &a))
		;
}

/* Notes the first text that is not white space, in s[from..to). */
static void note_text(struct html *h, size_t from, size_t to)
{
	if (h->text < h->n || h->conditional)
		return;
	while (from < to && html_is_space(h->s[from]))
		from++;
	if (from < to)
		h->text = from;
}

/* Reads the markup at h->at, a `<`. HTML_END: the caller has no use for it. */
static enum html_token read_markup(struct html *h)
{
	char c = h->at + 1 < h->end ? h->s[h->at + 1] : ' ';
	if (ascii_is_alpha(c)) {
		read_tag_name(h, h->at + 1);
		return HTML_TAG;
	}
	if (c == '/' && h->at + 2 < h->end && ascii_is_alpha(h->s[h->at + 2])) {
		read_tag_name(h, h->at + 2);
		skip_tag(h);
		if (h->cut) /* an end tag that is cut off ends no element */
			return HTML_END;
		html_foreign_end(&h->foreign, h->s + h->from, h->to - h->from);
		return h->end_tags ? HTML_END_TAG : HTML_END;
	} else if (c == '!' || c == '?' || c == '/') {
		skip_declaration(h);
	} else {
		note_text(h, h->at, h->at + 1);
		h->at++;
	}
	return HTML_END;
}

static bool name_is(struct html const *h, struct html_attribute const *a, char const *name)
{
	return ascii_case_is(h->s + a->name, a->name_end - a->name, name);
}

/* Do the attributes of the tag, inside an <svg> or a <math>, make it one of HTML
   (mail/html_foreign.h)? */
static bool is_html(struct html const *h)
{
	struct html again = *h;
	struct html_attribute a;
	bool font = ascii_case_is(h->s + h->from, h->to - h->from, "font");
	if (!font && !ascii_case_is(h->s + h->from, h->to - h->from, "annotation-xml"))
		return false;
	again.at = h->to;
	again.in_tag = true;
	while (html_attribute(&again, &a)) {
		char const *v = h->s + a.value;
		size_t n = a.value_end - a.value;
		if (font ? name_is(h, &a, "color") || name_is(h, &a, "face") || name_is(h, &a, "size")
			: name_is(h, &a, "encoding") && (ascii_case_is(v, n, "text/html") || ascii_case_is(v, n, "application/xhtml+xml")))
			return true;
	}
	return false;
}

/* After a start tag: sets h->raw if the raw text of an element follows. */
static void open_element(struct html *h)
{
	char const *name = h->s + h->from;
	size_t n = h->to - h->from;
	bool inside = html_foreign_inside(&h->foreign);
	skip_tag(h);
	h->given = false;
	html_foreign_start(&h->foreign, name, n, h->closed, inside && is_html(h));
	h->raw_tag = (size_t)(name - h->s) - 1;
	if (inside) {
		h->raw = !h->closed && ascii_case_is(name, n, "style") ? "style" : NULL;
		return;
	}
	for (size_t i = 0; i < sizeof raw_elements / sizeof *raw_elements; i++)
		if (ascii_case_is(name, n, raw_elements[i]))
			h->raw = raw_elements[i];
}

enum html_token html_next(struct html *h)
{
	if (h->given)
		open_element(h);
	if (h->raw) {
		bool style = !strcmp(h->raw, "style");
		h->from = h->at;
		h->to = h->at = h->raw_to = raw_end(h);
		h->raw = NULL;
		if (h->to == h->end)
			note_broken(h, h->raw_tag);
		if (style)
			return HTML_STYLE;
	}
	for (;;) {
		size_t const from = h->at;
		h->at = find_octet(h, from, '<');
		note_text(h, from, h->at);
		if (h->texts && h->at > from) {
			h->from = from;
			h->to = h->at;
			return HTML_TEXT;
		}
		if (h->at < h->end) {
			enum html_token t = read_markup(h);
			h->given = t == HTML_TAG;
			if (t != HTML_END)
				return t;
			continue;
		}
		if (!h->conditional)
			return HTML_END;
		h->conditional = false;
		h->foreign = h->outside;
		h->at = h->resume;
		h->end = h->n;
	}
}

/* Reads a value at h->at, after the `=` and blanks. False: the input ends inside its quotes, and
   the tag does not count (13.2.5.36 to 38). */
static bool read_value(struct html *h, struct html_attribute *a)
{
	char c = h->at < h->end ? h->s[h->at] : '>';
	a->value = a->value_end = h->at;
	if (c == '"' || c == '\'') {
		a->value = h->at + 1;
		a->value_end = find_octet(h, a->value, c);
		h->at = a->value_end;
		if (h->at == h->end)
			return false;
		h->at++;
		return true;
	}
	while (h->at < h->end && !html_is_space(h->s[h->at]) && h->s[h->at] != '>')
		h->at++;
	a->value_end = h->at;
	return true;
}

static void skip_space(struct html *h, bool slashes)
{
	while (h->at < h->end && (html_is_space(h->s[h->at]) || (slashes && h->s[h->at] == '/')))
		h->at++;
}

static bool ends_name(char c)
{
	return html_is_space(c) || c == '/' || c == '>' || c == '=';
}

/* Notes that the current tag is not closed. If it is the end tag of a raw element, it does not
   end the element. */
static void note_broken_tag(struct html *h)
{
	size_t start = h->from - 1 - (h->s[h->from - 1] == '/');
	h->cut = true;
	note_broken(h, start == h->raw_to ? h->raw_tag : start);
}

bool html_attribute(struct html *h, struct html_attribute *a)
{
	if (!h->in_tag)
		return false;
	size_t from = h->at;
	skip_space(h, true);
	if (h->at == h->end || h->s[h->at] == '>') {
		h->closed = h->at > from && h->s[h->at - 1] == '/';
		if (h->at == h->end)
			note_broken_tag(h);
		h->at += h->at < h->end;
		h->in_tag = false;
		return false;
	}
	a->name = h->at++; /* a leading `=` is part of the name (13.2.5.32) */
	while (h->at < h->end && !ends_name(h->s[h->at]))
		h->at++;
	a->name_end = h->at;
	skip_space(h, false);
	if (h->at == h->end || h->s[h->at] != '=') {
		a->value = a->value_end = h->at;
		return true;
	}
	h->at++;
	skip_space(h, false);
	if (read_value(h, a))
		return true;
	note_broken_tag(h);
	h->in_tag = h->closed = false;
	return false;
}
