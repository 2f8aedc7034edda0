/* The rules by which a message is a campaign or is not. */
#include "mail/message.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/header.h"
#include "base/num.h"
#include "mail/qp.h"

#include <string.h>

static struct {
	enum refusal refusal;
	uint64_t limit;
} const reasons[] = {
	[MESSAGE_NO_TEXT] = {REFUSAL_NO_TEXT, 0},
	[MESSAGE_NO_HTML] = {REFUSAL_NO_HTML, 0},
	[MESSAGE_NO_BOTH] = {REFUSAL_NO_TEXT_NO_HTML, 0},
	[MESSAGE_DEEP] = {REFUSAL_DEEP, MIME_DEPTH},
	[MESSAGE_MANY] = {REFUSAL_PARTS, MIME_PARTS},
	[MESSAGE_HEADER] = {REFUSAL_HEADER, MIME_HEADER},
	[MESSAGE_NUL] = {REFUSAL_NUL, 0},
	[MESSAGE_NO_MEMORY] = {REFUSAL_NO_MEMORY, 0},
};

void message_reason(char out[REFUSAL_TEXT], enum message_verdict verdict)
{
	out[0] = 0;
	if (verdict != MESSAGE_OK)
		refusal_format(out, reasons[verdict].refusal, NULL, reasons[verdict].limit, 0);
}

/* What a part's parents say of it. */
struct view {
	struct mime const *m;
	bool attached[MIME_PARTS]; /* it is an attachment, or lies in one */
	uint32_t root[MIME_PARTS]; /* for a multipart/related: the part stated as its root, if there is one */
};

static void look(struct view *v, struct mime const *m)
{
	v->m = m;
	for (uint32_t i = 0; i < mime_count(m); i++) {
		struct mime_part const *part = mime_part(m, i);
		bool inside = part->parent != MIME_NONE;
		v->attached[i] = part->attachment || (inside && v->attached[part->parent]);
		v->root[i] = MIME_NONE;
		if (inside && *part->id && v->root[part->parent] == MIME_NONE
		    && !strcmp(part->id, mime_part(m, part->parent)->start))
			v->root[part->parent] = i;
	}
}

static bool will_do(struct mime_part const *part, char const *type)
{
	return !strcmp(part->type, type) && part->encoding != MIME_UNKNOWN;
}

/* The first of a type that will do, of part `from` and what is in it. */
static uint32_t first_in(struct view const *v, uint32_t from, char const *type)
{
	for (uint32_t i = from; i < mime_count(v->m); i++) {
		struct mime_part const *part = mime_part(v->m, i);
		if (i > from && part->depth <= mime_part(v->m, from)->depth)
			break;
		if (will_do(part, type) && !v->attached[i])
			return i;
	}
	return MIME_NONE;
}

/* The first in all the message; but where that lies beside a root which has another, that one.
   (The outermost such root is entered first: at most MIME_DEPTH times in all.) */
static uint32_t first_of(struct view const *v, char const *type)
{
	uint32_t i = MIME_NONE, next = first_in(v, 0, type);
	while (next != MIME_NONE) {
		i = next;
		next = MIME_NONE;
		for (uint32_t part = i, up; (up = mime_part(v->m, part)->parent) != MIME_NONE; part = up) {
			if (v->root[up] == MIME_NONE || v->root[up] == part)
				continue;
			uint32_t other = first_in(v, v->root[up], type);
			if (other != MIME_NONE)
				next = other;
		}
	}
	return i;
}

/* Whose multipart/alternative has a text, too: that one is the HTML's, whatever stands before it
   (a gateway's notice). */
static uint32_t text_beside(struct view const *v, uint32_t text, uint32_t html)
{
	for (uint32_t i = html; (i = mime_part(v->m, i)->parent) != MIME_NONE;) {
		uint32_t other = MIME_NONE;
		if (!strcmp(mime_part(v->m, i)->type, "multipart/alternative"))
			other = first_in(v, i, "text/plain");
		if (other != MIME_NONE)
			return other;
	}
	return text;
}

enum message_verdict message_judge(struct mime const *m, enum mime_fault fault, struct message *out)
{
	struct view v;
	look(&v, m);
	out->text = first_of(&v, "text/plain");
	out->html = first_of(&v, "text/html");
	if (out->html != MIME_NONE)
		out->text = text_beside(&v, out->text, out->html);
	switch (fault) {
	case MIME_TOO_DEEP:
		return MESSAGE_DEEP;
	case MIME_TOO_MANY:
		return MESSAGE_MANY;
	case MIME_HEADER_LONG:
		return MESSAGE_HEADER;
	case MIME_NO_MEMORY:
		return MESSAGE_NO_MEMORY;
	case MIME_OK:
		break;
	}
	if (out->text == MIME_NONE)
		return out->html == MIME_NONE ? MESSAGE_NO_BOTH : MESSAGE_NO_TEXT;
	return out->html == MIME_NONE ? MESSAGE_NO_HTML : MESSAGE_OK;
}

bool message_continues(struct mime const *m, struct message const *msg, size_t i)
{
	struct mime_part const *part = mime_part(m, i), *first = mime_part(m, msg->html);
	return i > msg->html && part->parent == first->parent && part->parent != MIME_NONE
		&& !strcmp(mime_part(m, part->parent)->type, "multipart/mixed")
		&& will_do(part, "text/html") && !part->attachment && !*part->filename && !*part->id;
}

enum message_use message_use(struct mime const *m, struct message const *msg, size_t i)
{
	struct mime_part const *part = mime_part(m, i);
	if (i == msg->text)
		return MESSAGE_TEXT;
	if (msg->html != MIME_NONE && (i == msg->html || message_continues(m, msg, i)))
		return MESSAGE_HTML;
	if (!strncmp(part->type, "multipart/", 10))
		return MESSAGE_CONTAINER;
	return part->leaf && *part->id ? MESSAGE_INLINE : MESSAGE_IGNORED;
}

static bool decode_base64(struct buf *out, char const *s, size_t n)
{
	if (!buf_reserve(out, BASE64_ROOM(n)))
		return false;
	out->len += base64_read(out->s + out->len, s, n);
	return true;
}

bool message_decode(struct mime_part const *part, char const *message, struct buf *out)
{
	char const *s = message + part->body;
	size_t n = part->end - part->body;
	switch (part->encoding) {
	case MIME_BASE64:
		return decode_base64(out, s, n);
	case MIME_QP:
		return qp_decode(out, s, n);
	case MIME_7BIT:
	case MIME_8BIT:
	case MIME_BINARY:
	case MIME_UNKNOWN: /* an image may be in it all the same */
		break;
	}
	return buf_put(out, s, n);
}

/* --- Options -------------------------------------------------------------------------- */

enum { SHOW_HEADER, SOCIAL_LINKS, LANGUAGE, TRACK_OPENS, TRACK_CLICKS, OPTIONS };

static char const *const names[OPTIONS] = {
	[SHOW_HEADER] = "ShowCab",
	[SOCIAL_LINKS] = "SocialLinks",
	[LANGUAGE] = "Language",
	[TRACK_OPENS] = "TrackingOpening",
	[TRACK_CLICKS] = "TrackingClicks",
};

static bool is_space(char c)
{
	return ascii_is_blank(c) || c == '\r' || c == '\n';
}

static void set_switch(bool *out, char const *s, size_t n)
{
	if (ascii_case_is(s, n, "yes"))
		*out = true;
	else if (ascii_case_is(s, n, "no"))
		*out = false;
}

/* Spanish, English, Italian, French, German, Dutch, Portuguese, Norwegian, Swedish,
   Catalan, Finnish, Galician, Basque: the platform's numbers. */
static void set_language(unsigned int *out, char const *s, size_t n)
{
	static unsigned char const known[] = {3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18};
	uint64_t number;
	if (num_scan(s, n, 18, &number) && memchr(known, (int)number, sizeof known))
		*out = (unsigned int)number;
}

static void set_option(struct message_options *out, size_t which, char const *s, size_t n)
{
	bool *const switches[OPTIONS] = {
		[SHOW_HEADER] = &out->show_header, [SOCIAL_LINKS] = &out->social_links,
		[TRACK_OPENS] = &out->track_opens, [TRACK_CLICKS] = &out->track_clicks,
	};
	for (; n && is_space(s[0]); n--)
		s++;
	while (n && is_space(s[n - 1]))
		n--;
	if (which == LANGUAGE)
		set_language(&out->language, s, n);
	else
		set_switch(switches[which], s, n);
}

void message_options(struct mime *m, char const *prefix, struct message_options *out)
{
	*out = (struct message_options){.show_header = true, .track_opens = true,
		.track_clicks = true, .language = 3};
	bool seen[OPTIONS] = {false};
	size_t n, skip = strlen(prefix);
	char const *header = mime_header(m, &n);
	struct header_field f;
	for (size_t at = 0; header_next(header, n, &at, &f);) {
		if (f.name_len <= skip || !ascii_case_equal(f.name, skip, prefix, skip))
			continue;
		for (size_t i = 0; i < OPTIONS; i++) {
			if (seen[i] || !ascii_case_is(f.name + skip, f.name_len - skip, names[i]))
				continue;
			seen[i] = true;
			set_option(out, i, f.value, f.value_len);
		}
	}
}
