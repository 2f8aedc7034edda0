/* The end of a header block: see header_block.h. */
#include "mail/header_block.h"

#include "base/ascii.h"
#include "mail/mime_head.h"

#include <stdint.h>
#include <string.h>

#define NOWHERE SIZE_MAX

void header_block_start(struct header_block *h, char const *s, size_t start, bool part)
{
	struct buf boundary = h->boundary;
	*h = (struct header_block){.s = s, .start = start, .part = part, .content = NOWHERE,
		.type = NOWHERE, .boundary = boundary};
	h->boundary.len = 0;
}

static bool end_block(struct header_block *h, size_t end, size_t body)
{
	h->end = end;
	h->body = body;
	return true;
}

/* Is it a field that has a meaning in a part (RFC 2046 5.1)? */
static bool is_part_field(char const *name, size_t n)
{
	return (n > 8 && ascii_case_starts(name, n, "Content-")) || (n > 2 && ascii_case_starts(name, n, "X-"))
		|| ascii_case_is(name, n, "MIME-Version");
}

static void read_field(struct header_block *h, char const *line, size_t n, size_t name_len, size_t next)
{
	if (h->part && is_part_field(line, name_len)) {
		h->content = NOWHERE;
		h->odd = false;
	} else if (h->part && h->content == NOWHERE) {
		h->content = (size_t)(line - h->s);
	}
	if (!h->part || h->content == NOWHERE)
		h->after_blanks = false;
	h->in_type = h->type == NOWHERE && ascii_case_is(line, name_len, "Content-Type");
	if (h->in_type) {
		h->type = (size_t)(line - h->s);
		h->type_end = next;
	}
	header_value_start(&h->value);
	header_value_add(&h->value, line, n);
}

/* Reads a line that continues a field, or follows the fields. */
static void read_continuation(struct header_block *h, char const *line, size_t n, size_t next)
{
	if (h->in_type)
		h->type_end = next;
	header_value_add(&h->value, line, n);
}

bool header_block_line(struct header_block *h, size_t at, size_t end, size_t next)
{
	char const *line = h->s + at;
	size_t n = end - at, name_len;
	if (n == 0)
		return h->odd ? end_block(h, h->content, h->content) : end_block(h, at, next);
	if (at == h->start && !header_may_start(line, n))
		return end_block(h, at, at);
	switch (header_line_kind(line, n, &name_len)) {
	case HEADER_FIELD:
		read_field(h, line, n, name_len, next);
		break;
	case HEADER_FOLD:
		read_continuation(h, line, n, next);
		break;
	case HEADER_BLANKS:
		h->after_blanks = true;
		if (h->part && !h->odd)
			h->content = next;
		read_continuation(h, line, n, next);
		break;
	case HEADER_OTHER:
		if (header_value_continues(&h->value, line, n)) {
			read_continuation(h, line, n, next);
			break;
		}
		h->in_type = false;
		if (h->part && h->content == NOWHERE)
			h->content = at;
		if (h->after_blanks)
			return h->part ? end_block(h, h->content, h->content) : end_block(h, at, at);
		h->odd = h->part;
		break;
	}
	return false;
}

int header_block_declared(struct header_block *h, size_t at, size_t end)
{
	char const *line = h->s + at;
	size_t n = end - at;
	if (h->type == NOWHERE || n < 3 || line[0] != '-' || line[1] != '-')
		return 0;
	if (!h->boundary_read) {
		h->boundary_read = true;
		if (!mime_head_boundary(h->s + h->type, h->type_end - h->type, &h->boundary))
			return -1;
	}
	size_t len = h->boundary.len;
	while (n && (ascii_is_blank(line[n - 1]) || line[n - 1] == '\r'))
		n--;
	if (!len || n < len)
		return 0;
	if (n >= len + 2 && !memcmp(line + 2, h->boundary.s, len))
		return n == len + 2 || (n == len + 4 && !memcmp(line + n - 2, "--", 2));
	return n == len && !memcmp(line, h->boundary.s, len);
}

void header_block_stop(struct header_block *h, size_t at)
{
	bool inside = h->part && h->content != NOWHERE && h->content < at;
	end_block(h, inside ? h->content : at, inside ? h->content : at);
}
