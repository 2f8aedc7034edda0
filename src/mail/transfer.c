/* Transfer encodings: see transfer.h. */
#include "mail/transfer.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "mail/header.h"
#include "mail/qp.h"

#include <string.h>

static bool put_base64(struct buf *out, char const *s, size_t n)
{
	if (!buf_reserve(out, BASE64_ROOM(n)))
		return false;
	out->len += base64_read(out->s + out->len, s, n);
	return true;
}

/* --- Words labelled as base64 ----------------------------------------------------------- */

#define LINE_MAX_WORD 76 /* octets of a word that may be alone on a line */

static bool is_base64(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || c == '+' || c == '/' || c == '=';
}

/* Is the line, without blanks around it, proved not to be base64? One foreign octet in 32 is
   damage, more are proof. */
static bool is_proved_words(char const *s, size_t n)
{
	size_t foreign = 0;
	for (size_t i = 0; i < n; i++) {
		if (ascii_is_blank(s[i]) || s[i] == '<' || s[i] == '&' || (s[i] & 0x80))
			return true;
		foreign += !is_base64(s[i]);
	}
	return foreign * 32 > n;
}

/* Is the line one word, as people write it, which decodes to something that is not text? */
static bool is_one_word(char const *s, size_t n)
{
	char decoded[BASE64_ROOM(LINE_MAX_WORD)];
	if (n > LINE_MAX_WORD)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_alpha(s[i]) || (i && ascii_lower(s[i]) != s[i]))
			return false;
	size_t len = base64_read(decoded, s, n);
	return !utf8_valid(decoded, len) || ascii_has_control(decoded, len);
}

/* The octets at the beginning of the body s[0..n) that are base64. Words begin at their line; if
   base64 and an empty line are before them, at their paragraph. */
static size_t base64_length(char const *s, size_t n)
{
	size_t paragraph = 0;
	bool any = false, before = false; /* base64 so far; before this paragraph */
	bool starts = true;               /* the line is first, or after an empty one or the end of base64 */
	for (size_t at = 0, next; at < n; at = next) {
		size_t end, from = at;
		next = header_line(s, n, at, &end);
		while (from < end && (ascii_is_blank(s[from]) || s[from] == '\r'))
			from++;
		while (end > from && (ascii_is_blank(s[end - 1]) || s[end - 1] == '\r'))
			end--;
		if (from == end) {
			paragraph = next;
			before = any;
			starts = true;
			continue;
		}
		if (is_proved_words(s + from, end - from) || (starts && is_one_word(s + from, end - from)))
			return before ? paragraph : at;
		any = true;
		starts = s[end - 1] == '=';
	}
	return n;
}

static bool put_base64_text(struct buf *out, char const *s, size_t n)
{
	size_t encoded = base64_length(s, n), before = out->len;
	if (encoded && !put_base64(out, s, encoded))
		return false;
	bool joined = encoded < n && out->len > before && out->s[out->len - 1] != '\n';
	return (!joined || buf_putc(out, '\n')) && buf_put(out, s + encoded, n - encoded);
}

bool transfer_decode(struct mime_part const *part, char const *message, struct buf *out)
{
	char const *s = message + part->body;
	size_t n = part->end - part->body;
	bool text = !strcmp(part->type, "text/plain") || !strcmp(part->type, "text/html");
	switch (part->encoding) {
	case MIME_BASE64:
		return text ? put_base64_text(out, s, n) : put_base64(out, s, n);
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
