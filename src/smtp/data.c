/* The octets after DATA.

   A state machine: a row stands for the part of the line read so far, a column for the next octet.

              CR        LF                            .         other
   START      cr        text (LF mode: line end)      dot       text
   TEXT       cr        text (LF mode: line end)      text      text
   CR         CR, cr    line end                      CR, text  CR, text
   DOT        dotcr     text (LF mode: end of body)   text      text
   DOTCR      CR, cr    end of body                   CR, text  CR, text

   The machine is in START at the very beginning and after a line end. Only there a dot is
   special: in CRLF mode a bare LF is no line end, so a dot after it neither ends the body
   nor is removed. A dot in START is dropped when the machine leaves DOT or DOTCR. "CR, x"
   writes the CR that was held back, then does x. */
#include "smtp/data.h"

#include "base/scan.h"

#include <string.h>

enum row { START, TEXT, CR, DOT, DOTCR };

void data_start(struct data *d, enum data_mode mode)
{
	memset(d, 0, sizeof *d);
	d->mode = (unsigned char)mode;
	d->row = mode == DATA_CHUNK ? TEXT : START;
}

static char *put_line_end(struct data *d, char *out)
{
	*out++ = '\n';
	d->size += 2;
	d->row = d->mode == DATA_CHUNK ? TEXT : START;
	return out;
}

static char *put_text(struct data *d, char *out, char c)
{
	*out++ = c;
	d->size++;
	d->row = TEXT;
	return out;
}

/* Takes one octet through the table. */
static char *take_octet(struct data *d, char *out, char c)
{
	bool held = d->row == CR || d->row == DOTCR;
	bool dotted = d->row == DOT || d->row == DOTCR;
	bool ends = held || d->mode == DATA_LF; /* an LF here ends the line */

	if (c == '\n' && ends) {
		if (!dotted)
			return put_line_end(d, out);
		d->ended = true;
		return out;
	}
	if (held)
		out = put_text(d, out, '\r');
	if (c == '\r') {
		d->row = d->row == DOT ? DOTCR : CR;
		return out;
	}
	if (c == '.' && d->row == START) {
		d->row = DOT;
		return out;
	}
	return put_text(d, out, c);
}

/* Octets of s[0..n) before the first CR, and in LF mode before the first LF: they are all text. */
static size_t text_length(struct data const *d, char const *s, size_t n)
{
	char const *end = NULL;
	if (d->mode == DATA_LF && (end = scan_for(s, '\n', n)))
		n = (size_t)(end - s);
	return (end = scan_for(s, '\r', n)) ? (size_t)(end - s) : n;
}

size_t data_feed(struct data *d, char *out, char const *s, size_t n, size_t *used)
{
	char const *p = s, *end = s + n;
	char *o = out;
	while (p < end && !d->ended) {
		if (d->row == TEXT) {
			size_t run = text_length(d, p, (size_t)(end - p));
			d->nul = d->nul || scan_for(p, 0, run);
			memmove(o, p, run);
			d->size += run;
			o += run;
			p += run;
			if (p == end)
				break;
		}
		d->nul = d->nul || *p == 0;
		o = take_octet(d, o, *p++);
	}
	*used = (size_t)(p - s);
	return (size_t)(o - out);
}

size_t data_flush(struct data *d, char *out)
{
	if (d->row != CR && d->row != DOTCR)
		return 0;
	put_text(d, out, '\r');
	return 1;
}
