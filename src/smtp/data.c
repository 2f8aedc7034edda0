/* The octets behind DATA.

   A row is what has been read of the line so far, a column the octet that comes:

              CR        LF                            .         other
   START      cr        text (LF mode: line end)      dot       text
   TEXT       cr        text (LF mode: line end)      text      text
   CR         CR, cr    line end                      CR, text  CR, text
   DOT        dotcr     text (LF mode: end of body)   text      text
   DOTCR      CR, cr    end of body                   CR, text  CR, text

   START is behind a line end that counts, and at the very start: only there a dot is
   more than a dot, so that behind a bare LF, in CRLF mode, it is neither an end nor
   undone. The dot that opened a line is dropped on leaving DOT and DOTCR. "CR, x" emits
   the CR held back, then goes on as said. */
#include "smtp/data.h"

#include <string.h>

enum row { START, TEXT, CR, DOT, DOTCR };

void data_start(struct data *d, enum data_mode mode)
{
	memset(d, 0, sizeof *d);
	d->mode = (unsigned char)mode;
	d->row = mode == DATA_CHUNK ? TEXT : START;
}

static char *line_end(struct data *d, char *out)
{
	*out++ = '\n';
	d->size += 2;
	d->row = d->mode == DATA_CHUNK ? TEXT : START;
	return out;
}

static char *text(struct data *d, char *out, char c)
{
	*out++ = c;
	d->size++;
	d->row = TEXT;
	return out;
}

/* One octet through the table. */
static char *step(struct data *d, char *out, char c)
{
	bool held = d->row == CR || d->row == DOTCR;
	bool dotted = d->row == DOT || d->row == DOTCR;
	bool ends = held || d->mode == DATA_LF; /* does an LF here end the line? */

	if (c == '\n' && ends) {
		if (!dotted)
			return line_end(d, out);
		d->ended = true;
		return out;
	}
	if (held)
		out = text(d, out, '\r');
	if (c == '\r') {
		d->row = d->row == DOT ? DOTCR : CR;
		return out;
	}
	if (c == '.' && d->row == START) {
		d->row = DOT;
		return out;
	}
	return text(d, out, c);
}

/* Octets of s[0..n) before the first CR, and in LF mode before the first LF: they are all text. */
static size_t text_length(struct data const *d, char const *s, size_t n)
{
	char const *end = NULL;
	if (d->mode == DATA_LF && (end = memchr(s, '\n', n)))
		n = (size_t)(end - s);
	return (end = memchr(s, '\r', n)) ? (size_t)(end - s) : n;
}

size_t data_feed(struct data *d, char *out, char const *s, size_t n, size_t *used)
{
	char const *p = s, *end = s + n;
	char *o = out;
	while (p < end && !d->ended) {
		if (d->row == TEXT) {
			size_t run = text_length(d, p, (size_t)(end - p));
			d->nul = d->nul || memchr(p, 0, run);
			memmove(o, p, run);
			d->size += run;
			o += run;
			p += run;
			if (p == end)
				break;
		}
		d->nul = d->nul || *p == 0;
		o = step(d, o, *p++);
	}
	*used = (size_t)(p - s);
	return (size_t)(o - out);
}

size_t data_flush(struct data *d, char *out)
{
	if (d->row != CR && d->row != DOTCR)
		return 0;
	text(d, out, '\r');
	return 1;
}
