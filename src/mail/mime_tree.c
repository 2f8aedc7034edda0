/* The tree of parts: one pass to make the cells, one to line them up. */
#include "mail/mime_tree.h"
#include "mail/transfer.h"

#include "base/ascii.h"
#include "base/num.h"

#include <stdlib.h>
#include <string.h>

enum { TYPE, CHARSET, ENCODING, DISPOSITION, OCTETS, USE, COLUMNS };

/* A string, cut to fit. */
struct cell {
	char s[MIME_TREE_CELL + 1];
};

struct row {
	size_t indent;
	struct cell cell[COLUMNS];
};

static char const *const headings[COLUMNS] = {
	"part", "charset", "encoding", "disposition", "octets", "used as",
};

static char const *const uses[] = {
	[BODY_CONTAINER] = "container",
	[BODY_TEXT] = "text",
	[BODY_HTML] = "html",
	[BODY_INLINE] = "inline",
	[BODY_IGNORED] = "ignored",
};

static void set_cell(struct cell *c, char const *s)
{
	size_t n = 0;
	if (!*s)
		s = "-";
	for (; s[n] && n < MIME_TREE_CELL; n++)
		c->s[n] = ascii_is_print(s[n]) ? s[n] : '?';
	if (s[n])
		memcpy(c->s + n - 3, "...", 3);
	c->s[n] = 0;
}

static bool set_octets(struct cell *c, struct mime_part const *part, char const *message,
	struct buf *scratch)
{
	char digits[NUM_FMT];
	scratch->len = 0;
	if (!transfer_decode(part, message, scratch))
		return false;
	num_fmt(digits, scratch->len);
	set_cell(c, digits);
	return true;
}

static bool set_row(struct row *row, struct message const *msg, size_t i, struct buf *scratch)
{
	struct mime_part const *part = mime_part(msg->mime, i);
	enum body_use use = msg->use[i];
	row->indent = part->depth * (size_t)2;
	set_cell(row->cell + TYPE, part->type);
	set_cell(row->cell + CHARSET, part->charset);
	set_cell(row->cell + ENCODING, part->label);
	set_cell(row->cell + DISPOSITION, part->disposition);
	set_cell(row->cell + USE, uses[use]);
	set_cell(row->cell + OCTETS, "");
	return use == BODY_CONTAINER || set_octets(row->cell + OCTETS, part, msg->s, scratch);
}

static bool put_blanks(struct buf *out, size_t n)
{
	if (!buf_reserve(out, n))
		return false;
	if (n)
		memset(out->s + out->len, ' ', n);
	out->len += n;
	return true;
}

static bool put_row(struct buf *out, struct row const *row, size_t const width[COLUMNS])
{
	for (size_t c = 0; c < COLUMNS; c++) {
		size_t indent = c == TYPE ? row->indent : 0;
		size_t rest = width[c] - indent - strlen(row->cell[c].s);
		bool right = c == OCTETS, last = c == COLUMNS - 1;
		if (!put_blanks(out, indent + (right ? rest : 0)) || !buf_puts(out, row->cell[c].s)
			|| !put_blanks(out, last ? 0 : (right ? 0 : rest) + 2))
			return false;
	}
	return buf_putc(out, '\n');
}

static bool put_rows(struct buf *out, struct row const *rows, size_t n)
{
	size_t width[COLUMNS] = {0};
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < COLUMNS; c++) {
			size_t w = strlen(rows[i].cell[c].s) + (c == TYPE ? rows[i].indent : 0);
			if (width[c] < w)
				width[c] = w;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (!put_row(out, rows + i, width))
			return false;
	return true;
}

bool mime_tree_draw(struct buf *out, struct message const *msg)
{
	size_t n = mime_count(msg->mime) + 1;
	struct buf scratch = BUF_ZERO;
	struct row *rows = calloc(n, sizeof *rows);
	bool done = rows != NULL;
	for (size_t c = 0; done && c < COLUMNS; c++)
		set_cell(rows[0].cell + c, headings[c]);
	for (size_t i = 1; done && i < n; i++)
		done = set_row(rows + i, msg, i - 1, &scratch);
	done = done && put_rows(out, rows, n);
	free(rows);
	buf_free(&scratch);
	return done;
}
