/* Writing mail: see compose.h. */
#include "mail/compose.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"

#include <string.h>

#define SOFT_BREAK "=\r\n"
#define QP_CONTENT (COMPOSE_LINE - 1) /* a soft break's `=` must fit */

static char const upper_hex[] = "0123456789ABCDEF";

static void put_hex(struct buf *out, char c)
{
	char const s[3] = {'=', upper_hex[(unsigned char)c >> 4], upper_hex[(unsigned char)c & 15]};
	buf_put(out, s, sizeof s);
}

static bool put_base64(struct buf *out, char const *s, size_t n)
{
	if (!buf_reserve(out, BASE64_LENGTH(n)))
		return false;
	out->len += base64_encode(out->s + out->len, s, n);
	return true;
}

/* --- Header fields ----------------------------------------------------------------------- */

/* Octets of the longest encoded word (RFC 2047 2), and of all but its text. */
#define WORD_MAX 75
#define WORD_AROUND ((size_t)12)

/* May the octet be written as it is in Q, even in a phrase (RFC 2047 5 (3))? */
static bool is_q_plain(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr("!*+-/", c));
}

static size_t q_length(char const *s, size_t n)
{
	size_t len = 0;
	for (size_t i = 0; i < n; i++)
		len += is_q_plain(s[i]) || s[i] == ' ' ? 1 : 3;
	return len;
}

/* Counts the octets of s[0..n), in whole characters, that one encoded word with `room` octets of
   encoded text holds. */
static size_t fit_word(char const *s, size_t n, bool q, size_t room)
{
	size_t at = 0;
	while (at < n) {
		bool good;
		size_t step = utf8_step(s + at, n - at, &good);
		if ((q ? q_length(s, at + step) : BASE64_LENGTH(at + step)) > room)
			break;
		at += step;
	}
	return at;
}

/* Appends s[0..n) as encoded words. *column: the length of the line before them. */
static bool put_words(struct buf *out, char const *s, size_t n, size_t *column)
{
	bool q = q_length(s, n) <= BASE64_LENGTH(n);
	for (size_t at = 0; at < n;) {
		size_t const room = COMPOSE_LINE - *column < WORD_MAX ? COMPOSE_LINE - *column : WORD_MAX;
		size_t len = room > WORD_AROUND ? fit_word(s + at, n - at, q, room - WORD_AROUND) : 0;
		if (!len) {
			if (!buf_puts(out, "\r\n "))
				return false;
			*column = 1;
			continue;
		}
		size_t const before = out->len;
		if (!buf_reserve(out, WORD_MAX) || !buf_puts(out, q ? "=?UTF-8?Q?" : "=?UTF-8?B?"))
			return false;
		for (size_t i = at; q && i < at + len; i++) {
			if (s[i] == ' ')
				buf_putc(out, '_');
			else if (is_q_plain(s[i]))
				buf_putc(out, s[i]);
			else
				put_hex(out, s[i]);
		}
		if ((!q && !put_base64(out, s + at, len)) || !buf_puts(out, "?="))
			return false;
		*column += out->len - before;
		at += len;
		if (at < n) {
			if (!buf_puts(out, "\r\n "))
				return false;
			*column = 1;
		}
	}
	return true;
}

static bool put_name(struct buf *out, char const *name, size_t *column)
{
	*column = strlen(name) + 2;
	return buf_puts(out, name) && buf_puts(out, ": ");
}

static bool contains_word_start(char const *s, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (s[i] == '=' && s[i + 1] == '?')
			return true;
	return false;
}

static bool is_printable(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_print(s[i]))
			return false;
	return true;
}

/* Does s[0..n) arrive as it is, folded at its blanks? `first` is the room on the first line. */
static bool is_foldable(char const *s, size_t n, size_t first)
{
	size_t word = 0, room = first;
	if (!is_printable(s, n) || contains_word_start(s, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] != ' ') {
			if (++word > room)
				return false;
			continue;
		}
		if (!word || i + 1 == n)
			return false; /* a blank at the beginning or end, or two in a row */
		word = 0;
		room = COMPOSE_LINE - 1;
	}
	return true;
}

/* Appends s[0..n), for which is_foldable holds, folded. */
static bool put_folded(struct buf *out, char const *s, size_t n, size_t *column)
{
	for (size_t at = 0, end; at < n; at = end + 1) {
		char const *blank = memchr(s + at, ' ', n - at);
		end = blank ? (size_t)(blank - s) : n;
		if (at > 0) {
			bool fits = *column + 1 + (end - at) <= COMPOSE_LINE;
			if (!buf_puts(out, fits ? " " : "\r\n "))
				return false;
			*column = fits ? *column + 1 : 1;
		}
		if (!buf_put(out, s + at, end - at))
			return false;
		*column += end - at;
	}
	return true;
}

bool compose_text(struct buf *out, char const *name, char const *s, size_t n)
{
	size_t column;
	if (!put_name(out, name, &column))
		return false;
	bool done = is_foldable(s, n, COMPOSE_LINE - column) ? put_folded(out, s, n, &column) : put_words(out, s, n, &column);
	return done && buf_puts(out, "\r\n");
}

/* Is s[0..n) atoms and blanks, which need no quotes (RFC 5322 3.2.3)? */
static bool is_atoms(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_alpha(s[i]) && !ascii_is_digit(s[i]) && (!s[i] || !strchr("!#$%&'*+-/=?^_`{|}~ ", s[i])))
			return false;
	return true;
}

static bool put_quoted(struct buf *out, char const *s, size_t n, size_t *column)
{
	size_t const before = out->len;
	bool done = buf_putc(out, '"');
	for (size_t i = 0; done && i < n; i++)
		done = (s[i] != '"' && s[i] != '\\') || buf_putc(out, '\\') ? buf_putc(out, s[i]) : false;
	done = done && buf_putc(out, '"');
	*column += out->len - before;
	return done;
}

static bool put_phrase(struct buf *out, char const *s, size_t n, size_t *column)
{
	if (is_foldable(s, n, COMPOSE_LINE - *column) && is_atoms(s, n))
		return put_folded(out, s, n, column);
	/* Each octet of a quoted string may need a backslash. */
	if (is_printable(s, n) && !contains_word_start(s, n) && *column + 2 * n + 2 <= COMPOSE_LINE)
		return put_quoted(out, s, n, column);
	return put_words(out, s, n, column);
}

bool compose_named(struct buf *out, char const *name, char const *s, size_t n, char const *address, size_t an)
{
	size_t column;
	if (!put_name(out, name, &column) || (n && !put_phrase(out, s, n, &column)))
		return false;
	bool fits = column + 3 + an <= COMPOSE_LINE;
	return (!n || buf_puts(out, fits ? " " : "\r\n ")) && buf_putc(out, '<') && buf_put(out, address, an)
		&& buf_puts(out, ">\r\n");
}

/* --- Bodies ------------------------------------------------------------------------------ */

/* The octets of the line end at s[i], or 0. */
static size_t line_end(char const *s, size_t n, size_t i)
{
	if (s[i] == '\n')
		return 1;
	return s[i] == '\r' && i + 1 < n && s[i + 1] == '\n' ? 2 : 0;
}

/* Is the octet one that quoted-printable leaves as it is, wherever it is in a line? */
static bool is_qp_plain(char c)
{
	return c > ' ' && c != '=' && c != 0x7f;
}

/* The same at the beginning of a line: mail systems change a line that begins with a dot or
   with `From `. */
static bool is_qp_start(char const *s, size_t n)
{
	return is_qp_plain(*s) && *s != '.' && !(n >= 5 && !memcmp(s, "From ", 5));
}

/* Appends the octet at s[i] as itself or as =XX. */
static void put_octet(struct buf *out, bool plain, char c)
{
	if (plain)
		buf_putc(out, c);
	else
		put_hex(out, c);
}

bool compose_qp(struct buf *out, char const *s, size_t n, size_t *column)
{
	/* At most three octets for each, and one soft break for every 25 of them. */
	if (!buf_reserve(out, n * 3 + (n / 25 + 1) * strlen(SOFT_BREAK)))
		return false;
	for (size_t i = 0; i < n;) {
		size_t end = line_end(s, n, i);
		if (end) {
			buf_put(out, "\r\n", 2);
			*column = 0;
			i += end;
			continue;
		}
		size_t run = 0, room = QP_CONTENT - *column;
		if (*column)
			while (run < room && i + run < n && is_qp_plain(s[i + run]))
				run++;
		if (run) {
			buf_put(out, s + i, run);
			*column += run;
			i += run;
			continue;
		}
		bool plain = *column ? is_qp_plain(s[i]) : is_qp_start(s + i, n - i);
		if (ascii_is_blank(s[i]))
			plain = i + 1 < n && !line_end(s, n, i + 1);
		size_t const width = plain ? 1 : 3;
		if (*column + width > QP_CONTENT) {
			buf_puts(out, SOFT_BREAK);
			*column = 0;
			continue; /* the first octet of a line may need another form */
		}
		put_octet(out, plain, s[i++]);
		*column += width;
	}
	return true;
}

bool compose_qp_break(struct buf *out, size_t *column)
{
	bool empty = *column == 0;
	*column = 0;
	return empty || buf_puts(out, SOFT_BREAK);
}

size_t compose_qp_length(char const *s, size_t n)
{
	size_t length = 0, column = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n') {
			length += 2;
			column = 0;
			continue;
		}
		size_t width = is_qp_plain(s[i]) || ascii_is_blank(s[i]) ? 1 : 3;
		if (s[i] == '\r' && line_end(s, n, i))
			continue;
		if (column + width > QP_CONTENT) {
			length += strlen(SOFT_BREAK);
			column = 0;
		}
		length += width;
		column += width;
	}
	return length;
}

size_t compose_base64_length(char const *s, size_t n)
{
	size_t octets = n;
	for (size_t i = 0; i < n; i++)
		octets += s[i] == '\n' && (i == 0 || s[i - 1] != '\r');
	size_t digits = BASE64_LENGTH(octets);
	return digits + (digits + COMPOSE_LINE - 1) / COMPOSE_LINE * 2;
}

/* Octets of a line of COMPOSE_LINE digits. */
#define BASE64_OCTETS (COMPOSE_LINE / 4 * 3)

static bool put_base64_line(struct buf *out, char const *s, size_t n)
{
	return put_base64(out, s, n) && buf_puts(out, "\r\n");
}

bool compose_base64(struct buf *out, char const *s, size_t n)
{
	char line[BASE64_OCTETS + 1];
	size_t len = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n' && (i == 0 || s[i - 1] != '\r'))
			line[len++] = '\r';
		if (len < BASE64_OCTETS) {
			line[len++] = s[i];
			if (len < BASE64_OCTETS)
				continue;
			if (!put_base64_line(out, line, len))
				return false;
			len = 0;
		} else {
			if (!put_base64_line(out, line, len))
				return false;
			line[0] = s[i];
			len = 1;
		}
	}
	return !len || put_base64_line(out, line, len);
}
