/* Finds the lines, knows which multiparts are open, and keeps the tree. The open multiparts are
   a stack of at most MIME_DEPTH + 1: no input makes this code recurse. */
#include "mail/mime.h"

#include "base/array.h"
#include "base/ascii.h"
#include "mail/header.h"
#include "mail/header_block.h"
#include "mail/mime_head.h"

#include <stdlib.h>
#include <string.h>

/* The state of a multipart. LOOSE: lines without the leading `--` divide it as long as no correct
   delimiter has been found. */
enum state { UNDIVIDED, LOOSE, LOOSE_CLOSED, DIVIDED, CLOSED };

struct level {
	uint32_t part;
	enum state state;
	struct buf boundary;
};

struct piece {
	struct mime_part part;
	struct buf strings;
};

struct mime {
	char const *s;
	struct piece *pieces;
	size_t count, cap;
	struct level level[MIME_DEPTH + 1];
	size_t levels;    /* those open or closed whose parent still goes on */
	uint32_t current; /* the innermost part that still goes on */
	bool in_header;
	struct header_block head; /* of the block being read */
	size_t main, main_end; /* the main header */
	struct buf boundary, field;
	size_t end_before; /* the end of the content of the line before */
};

/* A line of the message: its content, its end, the next line. */
struct line {
	size_t start, end, next;
};

static struct mime_part *part_at(struct mime const *m, size_t i)
{
	return &m->pieces[i].part;
}

static void drop_parts(struct mime *m, size_t count)
{
	while (m->count > count)
		buf_free(&m->pieces[--m->count].strings);
}

/* Begins a part whose header block starts at `header`. */
static enum mime_fault add_part(struct mime *m, uint32_t parent, size_t header)
{
	uint32_t depth = parent == MIME_NONE ? 0 : part_at(m, parent)->depth + 1;
	if (depth > MIME_DEPTH)
		return MIME_TOO_DEEP;
	if (m->count == MIME_PARTS)
		return MIME_TOO_MANY;
	struct piece *pieces = array_reserve(m->pieces, m->count, &m->cap, sizeof *pieces);
	if (!pieces)
		return MIME_NO_MEMORY;
	m->pieces = pieces;
	struct piece *p = pieces + m->count;
	*p = (struct piece){.part = {.parent = parent, .depth = depth, .header = header}};
	p->part.body = p->part.end = header;
	bool digest = parent != MIME_NONE && !strcmp(part_at(m, parent)->type, "multipart/digest");
	mime_head_blank(&p->part, digest ? "message/rfc822" : "text/plain");
	m->current = (uint32_t)m->count++;
	m->in_header = true;
	header_block_start(&m->head, m->s, header, parent != MIME_NONE);
	return MIME_OK;
}

/* m->head has ended: reads the block. */
static enum mime_fault end_header(struct mime *m)
{
	struct header_block const *h = &m->head;
	struct piece *p = m->pieces + m->current;
	m->in_header = false;
	p->part.body = p->part.end = h->body;
	if (m->current == 0)
		m->main_end = h->end;
	return mime_head_read(&p->part, &p->strings, &m->boundary, m->s + h->start, h->end - h->start);
}

/* Opens the current part, if it is a multipart that can be divided. */
static enum mime_fault open_level(struct mime *m)
{
	if (!m->boundary.len)
		return MIME_OK;
	struct level *l = m->level + m->levels;
	l->part = m->current;
	l->state = UNDIVIDED;
	l->boundary.len = 0;
	if (!buf_put(&l->boundary, m->boundary.s, m->boundary.len))
		return MIME_NO_MEMORY;
	m->levels++;
	return MIME_OK;
}

/* --- Delimiters (RFC 2046 5.1.1) ------------------------------------------------------ */

enum match { MATCH_NONE, MATCH_OPEN, MATCH_CLOSE };

/* Is s[0..n) the boundary, or the boundary and `--`? The length decides in most cases. */
static enum match match_boundary(struct buf const *boundary, char const *s, size_t n)
{
	if (n == boundary->len)
		return memcmp(s, boundary->s, n) ? MATCH_NONE : MATCH_OPEN;
	if (n != boundary->len + 2 || s[n - 1] != '-' || s[n - 2] != '-')
		return MATCH_NONE;
	return memcmp(s, boundary->s, n - 2) ? MATCH_NONE : MATCH_CLOSE;
}

struct delimiter {
	size_t level;
	enum match match;
	bool loose; /* the leading `--` is missing */
};

/* Finds a correct delimiter: that of the innermost level, unless an outer level is divided loosely
   so far. Then the outer one counts: all levels within it were a guess. */
static void find_correct(struct mime const *m, char const *s, size_t n, struct delimiter *d)
{
	for (size_t i = m->levels; i--;) {
		struct level const *l = m->level + i;
		bool guess = l->state == LOOSE || l->state == LOOSE_CLOSED;
		if (l->state == CLOSED || (d->match != MATCH_NONE && !guess))
			continue;
		enum match found = match_boundary(&l->boundary, s, n);
		if (found != MATCH_NONE)
			*d = (struct delimiter){i, found, false};
	}
}

static void find_loose(struct mime const *m, char const *s, size_t n, struct delimiter *d)
{
	for (size_t i = m->levels; i-- && d->match == MATCH_NONE;) {
		struct level const *l = m->level + i;
		if (l->state != UNDIVIDED && l->state != LOOSE)
			continue;
		enum match found = match_boundary(&l->boundary, s, n);
		if (found == MATCH_OPEN || (found == MATCH_CLOSE && l->state == LOOSE))
			*d = (struct delimiter){i, found, true};
	}
}

static struct delimiter find_delimiter(struct mime const *m, struct line const *line)
{
	struct delimiter d = {0, MATCH_NONE, false};
	char const *s = m->s + line->start;
	size_t n = line->end - line->start;
	if (!m->levels || n == 0)
		return d;
	while (n && (ascii_is_blank(s[n - 1]) || s[n - 1] == '\r'))
		n--;
	if (n > 2 && s[0] == '-' && s[1] == '-')
		find_correct(m, s + 2, n - 2, &d);
	if (d.match == MATCH_NONE)
		find_loose(m, s, n, &d);
	return d;
}

/* Ends the parts inside the level's multipart; the line end before the delimiter belongs
   to the delimiter. */
static enum mime_fault end_parts(struct mime *m, struct level const *l, struct line const *line)
{
	enum mime_fault fault = MIME_OK;
	if (m->in_header) {
		header_block_stop(&m->head, line->start);
		fault = end_header(m);
	}
	for (uint32_t i = m->current; i != l->part; i = part_at(m, i)->parent) {
		struct mime_part *p = part_at(m, i);
		p->end = m->end_before > p->body ? m->end_before : p->body;
	}
	m->current = l->part;
	m->levels = (size_t)(l - m->level) + 1;
	return fault;
}

static enum mime_fault take_delimiter(struct mime *m, struct delimiter d, struct line const *line)
{
	struct level *l = m->level + d.level;
	bool guess = l->state == LOOSE || l->state == LOOSE_CLOSED;
	enum mime_fault fault = end_parts(m, l, line);
	if (fault != MIME_OK)
		return fault;
	if (d.match == MATCH_CLOSE) {
		l->state = guess ? LOOSE_CLOSED : CLOSED;
		return MIME_OK;
	}
	if (guess && !d.loose)
		drop_parts(m, l->part + 1);
	l->state = d.loose ? LOOSE : DIVIDED;
	return add_part(m, l->part, line->next);
}

/* --- Lines ---------------------------------------------------------------------------- */

/* Reads a line in a header block that is not a delimiter of an open multipart. *is_body: it is
   the first line after the block. */
static enum mime_fault take_header_line(struct mime *m, struct line const *line, bool *is_body)
{
	if (!header_block_line(&m->head, line->start, line->end, line->next))
		return MIME_OK;
	enum mime_fault fault = end_header(m);
	*is_body = m->head.body <= line->start;
	return fault == MIME_OK ? open_level(m) : fault;
}

/* Ends the block if its own delimiter follows without an empty line. */
static enum mime_fault end_at_own_delimiter(struct mime *m, struct line const *line)
{
	int declared = header_block_declared(&m->head, line->start, line->end);
	if (declared <= 0)
		return declared < 0 ? MIME_NO_MEMORY : MIME_OK;
	header_block_stop(&m->head, line->start);
	enum mime_fault fault = end_header(m);
	return fault == MIME_OK ? open_level(m) : fault;
}

static enum mime_fault take_line(struct mime *m, struct line const *line)
{
	bool is_body = false;
	enum mime_fault fault = m->in_header ? end_at_own_delimiter(m, line) : MIME_OK;
	struct delimiter d = find_delimiter(m, line);
	if (fault == MIME_OK && d.match == MATCH_NONE && m->in_header) {
		fault = take_header_line(m, line, &is_body);
		if (is_body)
			d = find_delimiter(m, line);
	}
	if (fault == MIME_OK && d.match != MATCH_NONE)
		fault = take_delimiter(m, d, line);
	m->end_before = line->end;
	return fault;
}

/* The parts that still go on end at `end`. */
static enum mime_fault end_message(struct mime *m, size_t end)
{
	enum mime_fault fault = MIME_OK;
	if (m->in_header) {
		header_block_stop(&m->head, end);
		fault = end_header(m);
	}
	for (uint32_t i = m->current; i != MIME_NONE; i = part_at(m, i)->parent) {
		struct mime_part *p = part_at(m, i);
		p->end = end > p->body ? end : p->body;
	}
	return fault;
}

static enum mime_fault read_lines(struct mime *m, size_t n)
{
	enum mime_fault fault = MIME_OK;
	struct line line = {.next = m->main};
	while (line.next < n && fault == MIME_OK && (m->in_header || m->levels)) {
		line.start = line.next;
		line.next = header_line(m->s, n, line.start, &line.end);
		fault = take_line(m, &line);
	}
	enum mime_fault last = end_message(m, fault == MIME_OK ? n : line.start);
	return fault == MIME_OK ? last : fault;
}

struct mime *mime_read(char const *s, size_t n, enum mime_fault *fault)
{
	struct mime *m = calloc(1, sizeof *m);
	*fault = MIME_NO_MEMORY;
	if (!m)
		return NULL;
	m->s = s;
	m->main = header_mark(s, n);
	if (add_part(m, MIME_NONE, m->main) != MIME_OK) {
		mime_free(m);
		return NULL;
	}
	part_at(m, 0)->header = 0;
	*fault = read_lines(m, n);
	return m;
}

/* --- The rest --------------------------------------------------------------------------- */

void mime_free(struct mime *m)
{
	if (!m)
		return;
	drop_parts(m, 0);
	free(m->pieces);
	for (size_t i = 0; i < sizeof m->level / sizeof *m->level; i++)
		buf_free(&m->level[i].boundary);
	struct buf *const bufs[] = {&m->head.boundary, &m->boundary, &m->field};
	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		buf_free(bufs[i]);
	free(m);
}

size_t mime_count(struct mime const *m)
{
	return m->count;
}

struct mime_part const *mime_part(struct mime const *m, size_t i)
{
	return part_at(m, i);
}

char const *mime_header(struct mime const *m, size_t *n)
{
	*n = m->main_end - m->main;
	return *n ? m->s + m->main : "";
}

int mime_field(struct mime *m, char const *name, char const **value)
{
	size_t n;
	char const *s = mime_header(m, &n);
	int found = header_find(s, n, name, &m->field);
	*value = found > 0 ? m->field.s : NULL;
	return found;
}
