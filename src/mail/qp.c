/* Quoted-printable, in one pass: the output is never longer than the input. */
#include "mail/qp.h"

#include "base/ascii.h"

/* The offset after the blanks at s[i]. */
static size_t skip_blanks(char const *s, size_t n, size_t i)
{
	while (i < n && ascii_is_blank(s[i]))
		i++;
	return i;
}

/* The length of the line end at s[i]; 0 if there is no line end. */
static size_t line_end_length(char const *s, size_t n, size_t i)
{
	if (i < n && s[i] == '\n')
		return 1;
	return i + 1 < n && s[i] == '\r' && s[i + 1] == '\n' ? 2 : 0;
}

/* The octet encoded by `=XY` at s[i], or -1. */
static int escaped_octet(char const *s, size_t n, size_t i)
{
	if (n - i < 3)
		return -1;
	int high = ascii_hex(s[i + 1]), low = ascii_hex(s[i + 2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool qp_decode(struct buf *out, char const *s, size_t n)
{
	if (!n)
		return true;
	if (!buf_reserve(out, n))
		return false;
	char *o = out->s + out->len;
	for (size_t i = 0; i < n;) {
		if (s[i] == '=') {
			int c = escaped_octet(s, n, i);
			size_t j = c < 0 ? skip_blanks(s, n, i + 1) : i + 3;
			size_t end = c < 0 ? line_end_length(s, n, j) : 0;
			if (c >= 0)
				*o++ = (char)c;
			else if (!end && j < n)
				*o++ = s[i], j = i + 1;
			i = j + end;
		} else if (ascii_is_blank(s[i])) {
			size_t j = skip_blanks(s, n, i);
			if (j == n || line_end_length(s, n, j))
				i = j;
			while (i < j)
				*o++ = s[i++];
		} else {
			*o++ = s[i++];
		}
	}
	out->len = (size_t)(o - out->s);
	return true;
}

bool qp_decode_word(struct buf *out, char const *s, size_t n)
{
	if (!n)
		return true;
	if (!buf_reserve(out, n))
		return false;
	char *o = out->s + out->len;
	for (size_t i = 0; i < n;) {
		int c = s[i] == '=' ? escaped_octet(s, n, i) : -1;
		*o++ = c >= 0 ? (char)c : s[i] == '_' ? ' ' : s[i];
		i += c >= 0 ? 3 : 1;
	}
	out->len = (size_t)(o - out->s);
	return true;
}
