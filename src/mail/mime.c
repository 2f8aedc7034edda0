/* The push parser: finds the lines, knows which multiparts are open, and keeps the tree.
   Of a body line only as much is held as could be a delimiter; of a header block, all of
   it, up to MIME_HEADER. The open multiparts are a stack of at most MIME_DEPTH + 1: input
   never makes this code recurse. */
#include "mail/mime.h"

#include "base/ascii.h"
#include "mail/header.h"
#include "mail/mimehead.h"

#include <stdlib.h>
#include <string.h>

/* What has been seen of a multipart's delimiters. LOOSE: lines without the leading `--`
   divide it as long as no correct one has been seen. */
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
	struct piece *pieces;
	size_t count, cap;
	struct level level[MIME_DEPTH + 1];
	size_t levels;    /* those open or closed whose parent still goes on */
	size_t longest;   /* octets of the longest boundary so far */
	uint32_t current; /* the innermost part that still goes on */
	bool in_header, finished;
	enum mime_fault fault;
	struct buf head; /* the block being read, lines ending in LF */
	struct buf main; /* that of the message itself */
	struct buf boundary, field;

	struct buf held;  /* the start of a line that came in pieces */
	bool is_held;
	bool overlong;    /* something but blanks stands behind what is held */
	char last;        /* the last octet of what came of that line */
	size_t at;        /* octets pushed */
	size_t start;     /* where the line being read starts */
	size_t end_before; /* where the content of the line before it ends */
};

/* A line without its end. */
struct line {
	char const *s;
	size_t n;
	size_t start, end, next; /* in the message: content, its end, the next line */
	bool whole;              /* s[0..n) is all of it, but for blanks */
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
	if (m->count == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 8;
		struct piece *pieces = realloc(m->pieces, cap * sizeof *pieces);
		if (!pieces)
			return MIME_NO_MEMORY;
		m->pieces = pieces;
		m->cap = cap;
	}
	struct piece *p = m->pieces + m->count;
	*p = (struct piece){.part = {.parent = parent, .depth = depth, .header = header}};
	p->part.body = p->part.end = header;
	bool digest = parent != MIME_NONE && !strcmp(part_at(m, parent)->type, "multipart/digest");
	mimehead_blank(&p->part, digest ? "message/rfc822" : "text/plain");
	m->current = (uint32_t)m->count++;
	m->in_header = true;
	m->head.len = 0;
	return MIME_OK;
}

/* The header block of the current part ends at `end`, its body starts at `body`. */
static enum mime_fault end_header(struct mime *m, size_t end, size_t body)
{
	struct piece *p = m->pieces + m->current;
	m->in_header = false;
	p->part.body = p->part.end = body;
	if (end - p->part.header > MIME_HEADER)
		return MIME_HEADER_LONG;
	if (!mimehead_read(&p->part, &p->strings, &m->boundary, m->head.s, m->head.len))
		return MIME_NO_MEMORY;
	if (m->current == 0) {
		struct buf empty = m->main;
		m->main = m->head;
		m->head = empty;
	}
	return MIME_OK;
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
	if (m->longest < l->boundary.len)
		m->longest = l->boundary.len;
	m->levels++;
	return MIME_OK;
}

/* --- Delimiters (RFC 2046 5.1.1) ------------------------------------------------------ */

enum match { MATCH_NONE, MATCH_OPEN, MATCH_CLOSE };

/* Is s[0..n) the boundary, or the boundary and `--`? The length decides nearly always. */
static enum match match(struct buf const *boundary, char const *s, size_t n)
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

/* A correct delimiter: the innermost level's, unless an outer one is so far divided
   loosely: then all within it is a guess, and this line is what tells. */
static void find_correct(struct mime const *m, char const *s, size_t n, struct delimiter *d)
{
	for (size_t i = m->levels; i--;) {
		struct level const *l = m->level + i;
		bool guess = l->state == LOOSE || l->state == LOOSE_CLOSED;
		if (l->state == CLOSED || (d->match != MATCH_NONE && !guess))
			continue;
		enum match found = match(&l->boundary, s, n);
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
		enum match found = match(&l->boundary, s, n);
		if (found == MATCH_OPEN || (found == MATCH_CLOSE && l->state == LOOSE))
			*d = (struct delimiter){i, found, true};
	}
}

static struct delimiter find_delimiter(struct mime const *m, struct line const *line)
{
	struct delimiter d = {0, MATCH_NONE, false};
	char const *s = line->s;
	size_t n = line->n;
	if (!line->whole || n == 0)
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
	if (m->in_header)
		fault = end_header(m, line->start, line->start);
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

static enum mime_fault header_line(struct mime *m, struct line const *line)
{
	bool first = line->start == part_at(m, m->current)->header;
	size_t mark = line->start ? 0 : header_mark(line->s, line->n);
	bool empty = line->end == line->start + mark;
	if (empty || (first && !header_may_start(line->s + mark, line->n - mark))) {
		enum mime_fault fault = end_header(m, line->start, empty ? line->next : line->start);
		return fault == MIME_OK ? open_level(m) : fault;
	}
	if (!buf_put(&m->head, line->s + mark, line->n - mark) || !buf_putc(&m->head, '\n'))
		return MIME_NO_MEMORY;
	return MIME_OK;
}

/* Does a line that was met in a header block and reaches to `at` go too far? What ends
   the block, an empty line or a delimiter, may stand behind the limit. The answer is the
   same whether the line comes whole or not. */
static bool past_header(struct mime const *m, size_t at)
{
	return m->in_header && at - part_at(m, m->current)->header > MIME_HEADER + m->longest + 6;
}

static enum mime_fault take_line(struct mime *m, struct line const *line)
{
	enum mime_fault fault = MIME_OK;
	if (past_header(m, line->next))
		return MIME_HEADER_LONG;
	struct delimiter d = find_delimiter(m, line);
	if (d.match != MATCH_NONE)
		fault = take_delimiter(m, d, line);
	else if (m->in_header)
		fault = header_line(m, line);
	m->end_before = line->end;
	m->start = line->next;
	return fault;
}

/* Keeps what may matter of a line that is not complete. */
static enum mime_fault hold(struct mime *m, char const *s, size_t n)
{
	size_t keep = n;
	if (past_header(m, m->at))
		return MIME_HEADER_LONG;
	if (!m->in_header) {
		size_t room = m->longest + 4 - (m->held.len < m->longest + 4 ? m->held.len : m->longest + 4);
		keep = n < room ? n : room;
		for (size_t i = keep; i < n && !m->overlong; i++)
			m->overlong = !ascii_is_blank(s[i]) && s[i] != '\r' && s[i] != '\n';
	}
	m->is_held = true;
	m->last = s[n - 1];
	return buf_put(&m->held, s, keep) ? MIME_OK : MIME_NO_MEMORY;
}

/* The held line is complete: m->at is behind it, eol octets of which are its end. */
static enum mime_fault take_held(struct mime *m, size_t eol)
{
	size_t n = m->at - eol - m->start;
	struct line line = {m->held.s, n < m->held.len ? n : m->held.len, m->start,
		m->at - eol, m->at, !m->overlong};
	m->is_held = m->overlong = false;
	m->held.len = 0;
	return take_line(m, &line);
}

static enum mime_fault take(struct mime *m, char const *s, size_t n, bool complete)
{
	char before = n > 1 ? s[n - 2] : m->is_held ? m->last : 0;
	size_t eol = !complete ? 0 : before == '\r' ? 2 : 1;
	m->at += n;
	if (complete && !m->is_held) {
		struct line line = {s, n - eol, m->start, m->at - eol, m->at, true};
		return take_line(m, &line);
	}
	enum mime_fault fault = hold(m, s, n);
	return fault == MIME_OK && complete ? take_held(m, eol) : fault;
}

enum mime_fault mime_push(struct mime *m, char const *s, size_t n)
{
	while (n && m->fault == MIME_OK) {
		if (!m->in_header && !m->levels) { /* nothing but the end can come */
			m->at += n;
			break;
		}
		char const *lf = memchr(s, '\n', n);
		bool complete = lf != NULL;
		size_t k = lf ? (size_t)(lf + 1 - s) : n;
		m->fault = take(m, s, k, complete);
		s += k;
		n -= k;
	}
	return m->fault;
}

enum mime_fault mime_finish(struct mime *m)
{
	if (m->finished)
		return m->fault;
	m->finished = true;
	if (m->fault == MIME_OK && m->is_held)
		m->fault = take_held(m, 0);
	if (m->fault == MIME_OK && m->in_header)
		m->fault = end_header(m, m->at, m->at);
	/* a line that went too far was seen to do so sooner or later, by how it was cut */
	size_t end = m->fault == MIME_OK ? m->at : m->start;
	for (uint32_t i = m->current; i != MIME_NONE; i = part_at(m, i)->parent) {
		struct mime_part *p = part_at(m, i);
		if (m->in_header && i == m->current)
			p->body = end;
		p->end = end;
	}
	return m->fault;
}

/* --- The rest --------------------------------------------------------------------------- */

struct mime *mime_new(void)
{
	struct mime *m = calloc(1, sizeof *m);
	if (m && add_part(m, MIME_NONE, 0) != MIME_OK) {
		free(m);
		return NULL;
	}
	return m;
}

void mime_free(struct mime *m)
{
	if (!m)
		return;
	drop_parts(m, 0);
	free(m->pieces);
	for (size_t i = 0; i < sizeof m->level / sizeof *m->level; i++)
		buf_free(&m->level[i].boundary);
	struct buf *const bufs[] = {&m->head, &m->main, &m->boundary, &m->field, &m->held};
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
	*n = m->main.len;
	return m->main.s ? m->main.s : "";
}

int mime_field(struct mime *m, char const *name, char const **value)
{
	size_t n;
	char const *s = mime_header(m, &n);
	int found = header_find(s, n, name, &m->field);
	*value = found > 0 ? m->field.s : NULL;
	return found;
}
