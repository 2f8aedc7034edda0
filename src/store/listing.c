/* Rows as a table, JSON or CSV, without control characters. */
#include "store/listing.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Rows that decide the widths of a table's columns; later ones may be wider. */
#define LOOK 200

struct cell {
	char *s; /* escaped; NULL: null */
	size_t n;
};

struct listing {
	FILE *out;
	enum listing_format format;
	struct listing_column const *columns;
	size_t n;
	size_t *width;
	struct cell *kept; /* up to LOOK rows, of a table */
	size_t rows;       /* rows added so far */
	bool printing;     /* a table's head has been printed */
	struct buf scratch;
};

/* --- Octets that may be shown -------------------------------------------------------- */

/* Would a terminal obey the character, or not show it? Controls (C0, DEL, C1), characters that
   change the direction of text, and characters without a width. */
static bool is_unsafe(unsigned long c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e
		|| (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f)
		|| c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

/* Writes `\u202e`, as JSON has it, and a NUL; returns the length. Surrogates are not needed: those above
   U+FFFF are replaced. */
static size_t write_escape(char out[8], unsigned long c)
{
	return (size_t)snprintf(out, 8, "\\u%04lx", c > 0xffff ? 0xfffd : c);
}

/* Appends s[0..n) with each unsafe character escaped. */
static bool put_clean(struct buf *out, char const *s, size_t n)
{
	char escape[8];
	bool good;
	for (size_t i = 0, step; i < n; i += step) {
		step = utf8_step(s + i, n - i, &good);
		unsigned long c = good ? utf8_code(s + i, step) : 0;
		if (!good ? !buf_puts(out, UTF8_BAD) : is_unsafe(c)
			? !buf_put(out, escape, write_escape(escape, c)) : !buf_put(out, s + i, step))
			return false;
	}
	return true;
}

static void print_clean(FILE *out, char const *s, size_t n, char const *kept)
{
	char escape[8];
	bool good;
	for (size_t i = 0, step; i < n; i += step) {
		step = utf8_step(s + i, n - i, &good);
		unsigned long c = good ? utf8_code(s + i, step) : 0;
		if (!good)
			fputs(UTF8_BAD, out);
		else if (is_unsafe(c) && !(c && c < 0x80 && strchr(kept, (int)c)))
			fwrite(escape, 1, write_escape(escape, c), out);
		else
			fwrite(s + i, 1, step, out);
	}
}

void listing_clean(FILE *out, char const *s, size_t n)
{
	print_clean(out, s, n, "\n\t");
}

void listing_line(FILE *out, char const *s, size_t n)
{
	print_clean(out, s, n, "");
}

/* --- Tables -------------------------------------------------------------------------- */

/* Has the character no width of its own? Knows the combining marks of European languages only:
   with others a column may be uneven. */
static bool is_combining(char const *s, size_t n)
{
	unsigned char a = (unsigned char)s[0];
	return n == 2 && (a == 0xcc || (a == 0xcd && (unsigned char)s[1] < 0xb0));
}

static size_t width_of(char const *s, size_t n)
{
	size_t width = 0;
	bool good;
	for (size_t i = 0, step; i < n; i += step) {
		step = utf8_step(s + i, n - i, &good);
		width += !is_combining(s + i, step);
	}
	return width;
}

/* The octets of the first `most` characters. */
static size_t cut_length(char const *s, size_t n, size_t most)
{
	size_t i = 0;
	bool good;
	for (size_t width = 0, step; i < n; i += step) {
		step = utf8_step(s + i, n - i, &good);
		width += !is_combining(s + i, step);
		if (width > most)
			break;
	}
	return i;
}

static struct cell make_cell(struct listing *l, size_t column, char const *s, size_t n)
{
	struct cell cell = {NULL, 0};
	size_t most = l->columns[column].most;
	struct buf b = BUF_ZERO;
	bool done = put_clean(&b, s, n);
	if (done && most && width_of(b.s, b.len) > most) {
		b.len = cut_length(b.s, b.len, most - 1);
		done = buf_puts(&b, "\xe2\x80\xa6"); /* an ellipsis */
	}
	done = done && buf_putc(&b, 0);
	if (done)
		cell = (struct cell){b.s, b.len - 1};
	else
		buf_free(&b);
	return cell;
}

static void put_blanks(FILE *out, size_t n)
{
	while (n--)
		fputc(' ', out);
}

static void print_cell(struct listing *l, size_t i, char const *s, size_t n)
{
	size_t width = width_of(s, n), blanks = width < l->width[i] ? l->width[i] - width : 0;
	if (i)
		fputs("  ", l->out);
	if (l->columns[i].number)
		put_blanks(l->out, blanks);
	fwrite(s, 1, n, l->out);
	if (!l->columns[i].number && i + 1 < l->n)
		put_blanks(l->out, blanks);
}

static void print_cells(struct listing *l, struct cell *cells)
{
	for (size_t i = 0; i < l->n; i++) {
		print_cell(l, i, cells[i].s ? cells[i].s : "-", cells[i].s ? cells[i].n : 1);
		free(cells[i].s);
		cells[i].s = NULL;
	}
	fputc('\n', l->out);
}

static void print_kept(struct listing *l, size_t rows)
{
	for (size_t i = 0; i < l->n; i++)
		print_cell(l, i, l->columns[i].name, strlen(l->columns[i].name));
	fputc('\n', l->out);
	for (size_t i = 0; i < rows; i++)
		print_cells(l, l->kept + i * l->n);
	l->printing = true;
}

static bool table_row(struct listing *l, char const *const *value, size_t const *length)
{
	struct cell *cells = l->kept + (l->printing ? 0 : l->rows % LOOK) * l->n;
	for (size_t i = 0; i < l->n; i++) {
		cells[i] = (struct cell){NULL, 0};
		if (!value[i])
			continue;
		cells[i] = make_cell(l, i, value[i], length[i]);
		if (!cells[i].s)
			return false;
		size_t width = width_of(cells[i].s, cells[i].n);
		if (!l->printing && width > l->width[i])
			l->width[i] = width;
	}
	if (l->printing)
		print_cells(l, cells);
	else if (l->rows + 1 == LOOK)
		print_kept(l, LOOK);
	return true;
}

/* --- JSON and CSV -------------------------------------------------------------------- */

static void json_string(FILE *out, char const *s, size_t n)
{
	char escape[8];
	bool good;
	fputc('"', out);
	for (size_t i = 0, step; i < n; i += step) {
		step = utf8_step(s + i, n - i, &good);
		unsigned long c = good ? utf8_code(s + i, step) : 0;
		if (!good)
			fputs(UTF8_BAD, out);
		else if (is_unsafe(c) && c <= 0xffff)
			fwrite(escape, 1, write_escape(escape, c), out);
		else if (s[i] == '"' || s[i] == '\\')
			fprintf(out, "\\%c", s[i]);
		else
			fwrite(s + i, 1, step, out);
	}
	fputc('"', out);
}

static void json_row(struct listing *l, char const *const *value, size_t const *length)
{
	fputs(l->rows ? ",\n{" : "[\n{", l->out);
	for (size_t i = 0; i < l->n; i++) {
		fprintf(l->out, "%s\"%s\":", i ? "," : "", l->columns[i].name);
		if (!value[i])
			fputs("null", l->out);
		else if (l->columns[i].number)
			fwrite(value[i], 1, length[i], l->out);
		else
			json_string(l->out, value[i], length[i]);
	}
	fputc('}', l->out);
}

static bool csv_value(struct listing *l, char const *s, size_t n)
{
	l->scratch.len = 0;
	if (!put_clean(&l->scratch, s, n))
		return false;
	char const *clean = l->scratch.s;
	bool quote = false;
	for (size_t i = 0; i < l->scratch.len; i++)
		quote = quote || clean[i] == '"' || clean[i] == ',';
	if (quote)
		fputc('"', l->out);
	for (size_t i = 0; i < l->scratch.len; i++) {
		if (clean[i] == '"')
			fputc('"', l->out);
		fputc(clean[i], l->out);
	}
	if (quote)
		fputc('"', l->out);
	return true;
}

static void csv_head(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		fprintf(l->out, "%s%s", i ? "," : "", l->columns[i].name);
	fputc('\n', l->out);
}

static bool csv_row(struct listing *l, char const *const *value, size_t const *length)
{
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			fputc(',', l->out);
		if (value[i] && !csv_value(l, value[i], length[i]))
			return false;
	}
	fputc('\n', l->out);
	return true;
}

/* --- All of them --------------------------------------------------------------------- */

struct listing *listing_new(FILE *out, enum listing_format format,
	struct listing_column const *columns, size_t n)
{
	struct listing *l = calloc(1, sizeof *l);
	if (!l)
		return NULL;
	*l = (struct listing){.out = out, .format = format, .columns = columns, .n = n,
		.width = calloc(n, sizeof *l->width), .kept = calloc(LOOK * n, sizeof *l->kept)};
	if (!l->width || !l->kept) {
		free(l->width);
		free(l->kept);
		free(l);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		l->width[i] = strlen(columns[i].name);
	if (format == LISTING_CSV)
		csv_head(l);
	return l;
}

bool listing_row(struct listing *l, char const *const *value, size_t const *length)
{
	bool done = true;
	if (l->format == LISTING_TABLE)
		done = table_row(l, value, length);
	else if (l->format == LISTING_CSV)
		done = csv_row(l, value, length);
	else
		json_row(l, value, length);
	l->rows++;
	return done;
}

bool listing_end(struct listing *l)
{
	FILE *out = l->out;
	if (l->format == LISTING_TABLE && !l->printing && l->rows)
		print_kept(l, l->rows);
	if (l->format == LISTING_JSON)
		fputs(l->rows ? "\n]\n" : "[]\n", out);
	for (size_t i = 0; i < LOOK * l->n; i++)
		free(l->kept[i].s);
	free(l->kept);
	free(l->width);
	buf_free(&l->scratch);
	free(l);
	return fflush(out) == 0 && !ferror(out);
}
