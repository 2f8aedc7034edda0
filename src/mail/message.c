/* The rules by which a message is a campaign or is not: see message.h. */
#include "mail/message.h"

#include "base/ascii.h"
#include "base/num.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "mail/header.h"
#include "mail/transfer.h"

#include <string.h>

static struct {
	enum refusal refusal;
	uint64_t limit;
} const reasons[] = {
	[MESSAGE_NO_TEXT] = {REFUSAL_NO_TEXT, 0},
	[MESSAGE_NO_HTML] = {REFUSAL_NO_HTML, 0},
	[MESSAGE_NO_BOTH] = {REFUSAL_NO_TEXT_NO_HTML, 0},
	[MESSAGE_BLANK_TEXT] = {REFUSAL_BLANK_TEXT, 0},
	[MESSAGE_BLANK_HTML] = {REFUSAL_BLANK_HTML, 0},
	[MESSAGE_BLANK_BOTH] = {REFUSAL_BLANK_TEXT_AND_HTML, 0},
	[MESSAGE_DEEP] = {REFUSAL_DEEP, MIME_DEPTH},
	[MESSAGE_MANY] = {REFUSAL_PARTS, MIME_PARTS},
	[MESSAGE_FIELD] = {REFUSAL_FIELD, MIME_FIELD},
	[MESSAGE_NUL] = {REFUSAL_NUL, 0},
	[MESSAGE_NO_MEMORY] = {REFUSAL_NO_MEMORY, 0},
};

void message_reason(char out[REFUSAL_TEXT], enum message_verdict verdict)
{
	out[0] = 0;
	if (verdict != MESSAGE_OK)
		refusal_format(out, reasons[verdict].refusal, NULL, reasons[verdict].limit, 0);
}

/* --- Parts with nothing to see ---------------------------------------------------------- */

/* The octets of the white space or invisible character at s[0..n) that UTF-8 writes with several;
   0: something else is there. */
static size_t wide_space(char const *s, size_t n)
{
	static char const *const spaces[] = {
		"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
		"\xe2\x81\x9f", "\xe2\x81\xa0", "\xe3\x80\x80", "\xef\xbb\xbf",
	};
	if (n > 2 && !memcmp(s, "\xe2\x80", 2) && (unsigned char)s[2] <= 0x8d) /* U+2000 to U+200D */
		return 3;
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
		size_t len = strlen(spaces[i]);
		if (n >= len && !memcmp(s, spaces[i], len))
			return len;
	}
	return 0;
}

/* Does the text have white space alone? In octets that are not UTF-8, a byte order mark and the
   no-break space at 0xa0 count as white space, too. */
static bool is_blank(char const *s, size_t n)
{
	bool utf8 = false, checked = false;
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)s[i];
		if (c > 0x20 && c < 0x80)
			return false;
		if (c >= 0x80 && !checked) {
			utf8 = utf8_valid(s, n);
			checked = true;
		}
		size_t step = c <= 0x20 || (!utf8 && (c == 0xa0 || c >= 0xfe)) ? 1 : utf8 ? wide_space(s + i, n - i) : 0;
		if (!step)
			return false;
		i += step;
	}
	return true;
}

/* The octets at the beginning of a base64 part that are decoded first: they suffice in most cases. */
#define GLANCE 256

enum blankness { BLANK, NOT_BLANK, UNKNOWN_BLANKNESS };

static enum blankness blankness_of(struct mime_part const *part, char const *message, struct buf *scratch)
{
	char const *s = message + part->body;
	size_t n = part->end - part->body, i = 0;
	bool encoded = part->encoding == MIME_QP || part->encoding == MIME_BASE64;
	if (!encoded)
		return is_blank(s, n) ? BLANK : NOT_BLANK;
	while (i < n && (unsigned char)s[i] <= 0x20)
		i++;
	if (part->encoding == MIME_QP && i < n && s[i] > 0x20 && s[i] < 0x7f && s[i] != '=')
		return NOT_BLANK;
	struct mime_part glance = *part;
	if (part->encoding == MIME_BASE64 && n > GLANCE)
		glance.end = part->body + GLANCE;
	for (;; glance.end = part->end) {
		scratch->len = 0;
		if (!transfer_decode(&glance, message, scratch))
			return UNKNOWN_BLANKNESS;
		if (!is_blank(scratch->s, scratch->len))
			return NOT_BLANK;
		if (glance.end == part->end)
			return BLANK;
	}
}

/* Says of text and HTML whether they are there and whether they are blank. */
struct findings {
	bool text, html, seen_text, seen_html;
};

static bool look_at(struct message const *msg, struct findings *f)
{
	struct buf scratch = BUF_ZERO;
	enum blankness b = BLANK;
	*f = (struct findings){.text = false};
	for (size_t i = 0; i < mime_count(msg->mime) && b != UNKNOWN_BLANKNESS; i++) {
		bool text = msg->use[i] == BODY_TEXT, html = msg->use[i] == BODY_HTML;
		f->text = f->text || text;
		f->html = f->html || html;
		if ((!text || f->seen_text) && (!html || f->seen_html))
			continue;
		b = blankness_of(mime_part(msg->mime, i), msg->s, &scratch);
		f->seen_text = f->seen_text || (text && b == NOT_BLANK);
		f->seen_html = f->seen_html || (html && b == NOT_BLANK);
	}
	buf_free(&scratch);
	return b != UNKNOWN_BLANKNESS;
}

/* --- Verdicts --------------------------------------------------------------------------- */

static enum message_verdict verdict_of_fault(enum mime_fault fault)
{
	static enum message_verdict const verdicts[] = {
		[MIME_OK] = MESSAGE_OK, [MIME_TOO_DEEP] = MESSAGE_DEEP, [MIME_TOO_MANY] = MESSAGE_MANY,
		[MIME_FIELD_LONG] = MESSAGE_FIELD, [MIME_NO_MEMORY] = MESSAGE_NO_MEMORY,
	};
	return verdicts[fault];
}

enum message_verdict message_read(struct message *msg, char const *s, size_t n)
{
	enum mime_fault fault;
	struct findings f;
	msg->s = s;
	msg->n = n;
	msg->mime = mime_read(s, n, &fault);
	if (!msg->mime)
		return MESSAGE_NO_MEMORY;
	body_choose(msg->mime, msg->use);
	if (n && scan_for(s, 0, n))
		return MESSAGE_NUL;
	if (fault != MIME_OK)
		return verdict_of_fault(fault);
	if (!look_at(msg, &f))
		return MESSAGE_NO_MEMORY;
	if (!f.text || !f.html)
		return f.html ? MESSAGE_NO_TEXT : f.text ? MESSAGE_NO_HTML : MESSAGE_NO_BOTH;
	if (!f.seen_text || !f.seen_html)
		return f.seen_html ? MESSAGE_BLANK_TEXT : f.seen_text ? MESSAGE_BLANK_HTML : MESSAGE_BLANK_BOTH;
	return MESSAGE_OK;
}

void message_free(struct message *msg)
{
	mime_free(msg->mime);
	msg->mime = NULL;
}

/* --- Options -------------------------------------------------------------------------- */

#define UNKNOWN_SHOWN 40 /* octets of an unknown value that are logged */

enum { SHOW_HEADER, SOCIAL_LINKS, LANGUAGE, TRACK_OPENS, TRACK_CLICKS, OPTIONS };

static char const *const names[OPTIONS] = {
	[SHOW_HEADER] = "ShowCab",
	[SOCIAL_LINKS] = "SocialLinks",
	[LANGUAGE] = "Language",
	[TRACK_OPENS] = "TrackingOpening",
	[TRACK_CLICKS] = "TrackingClicks",
};

/* Each of these returns false for an unknown value, and leaves *out alone. */
static bool set_switch(bool *out, char const *s, size_t n)
{
	bool yes = ascii_case_is(s, n, "yes");
	if (!yes && !ascii_case_is(s, n, "no"))
		return false;
	*out = yes;
	return true;
}

/* The platform's numbers of Spanish, English, Italian, French, German, Dutch, Portuguese,
   Norwegian, Swedish, Catalan, Finnish, Galician and Basque are valid. */
static bool set_language(unsigned int *out, char const *s, size_t n)
{
	static unsigned char const known[] = {3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18};
	uint64_t number;
	if (!num_scan(s, n, 18, &number) || !memchr(known, (int)number, sizeof known))
		return false;
	*out = (unsigned int)number;
	return true;
}

static bool set_option(struct message_options *out, size_t which, char const *s, size_t n)
{
	bool *const switches[OPTIONS] = {
		[SHOW_HEADER] = &out->show_header, [SOCIAL_LINKS] = &out->social_links,
		[TRACK_OPENS] = &out->track_opens, [TRACK_CLICKS] = &out->track_clicks,
	};
	return which == LANGUAGE ? set_language(&out->language, s, n) : set_switch(switches[which], s, n);
}

/* A walk over the option headers of a message: the first of each name. */
struct option_walk {
	char const *header, *prefix;
	size_t n, at;
	bool seen[OPTIONS];
	/* the current option */
	size_t which;
	char const *value;
	size_t value_n;
};

static struct option_walk walk_options(struct mime const *m, char const *prefix)
{
	struct option_walk w = {.prefix = prefix};
	w.header = mime_header(m, &w.n);
	return w;
}

static bool next_option(struct option_walk *w)
{
	struct header_field f;
	size_t skip = strlen(w->prefix);
	while (header_next(w->header, w->n, &w->at, &f)) {
		if (f.name_len <= skip || !ascii_case_starts(f.name, f.name_len, w->prefix))
			continue;
		size_t i = 0;
		while (i < OPTIONS && !ascii_case_is(f.name + skip, f.name_len - skip, names[i]))
			i++;
		if (i == OPTIONS || w->seen[i])
			continue;
		w->seen[i] = true;
		w->which = i;
		w->value = f.value;
		w->value_n = f.value_len;
		for (; w->value_n && ascii_is_space(w->value[0]); w->value_n--)
			w->value++;
		while (w->value_n && ascii_is_space(w->value[w->value_n - 1]))
			w->value_n--;
		return true;
	}
	return false;
}

void message_options(struct mime const *m, char const *prefix, struct message_options *out)
{
	struct option_walk w = walk_options(m, prefix);
	*out = (struct message_options){.show_header = true, .track_opens = true,
		.track_clicks = true, .language = 3};
	while (next_option(&w))
		(void)set_option(out, w.which, w.value, w.value_n);
}

bool message_unknown_options(struct mime const *m, char const *prefix, struct buf *out)
{
	struct option_walk w = walk_options(m, prefix);
	struct message_options ignored;
	size_t first = out->len;
	while (next_option(&w)) {
		if (set_option(&ignored, w.which, w.value, w.value_n))
			continue;
		if ((out->len > first && !buf_puts(out, ", ")) || !buf_puts(out, prefix) || !buf_puts(out, names[w.which])
		    || !buf_puts(out, ": "))
			return false;
		for (size_t i = 0; i < w.value_n && i < UNKNOWN_SHOWN; i++)
			if (!buf_putc(out, ascii_is_print(w.value[i]) ? w.value[i] : '?'))
				return false;
	}
	return true;
}
