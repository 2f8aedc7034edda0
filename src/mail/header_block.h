/* Finds the end of a header block (RFC 5322 2.1), line by line. Normally that is an empty
   line. Where a program forgot it, the block also ends

   - before a first line that cannot begin a header;
   - before `--` and the boundary that the block itself declares;
   - before a line that cannot be a field, if the line before it has blanks only: there
     Python's reader ends the block, too;
   - in a part: after its last Content-*, X-* or MIME-Version field, if a later line is not a
     field and continues none. Other fields have no meaning there (RFC 2046 5.1): they are words
     such as `Price: 20`.

   The delimiters of enclosing multiparts end a block, too. Only the caller knows these, and
   calls header_block_stop. Time is linear in the block; memory is constant but for the boundary. */
#ifndef MAIL_HEADER_BLOCK_H
#define MAIL_HEADER_BLOCK_H

#include "base/buf.h"
#include "mail/header.h"

#include <stdbool.h>
#include <stddef.h>

/* Offsets are from s. The caller reads s, end and body; the rest is private. */
struct header_block {
	char const *s;
	size_t end, body; /* after the end: the block is [start, end), its body begins at body */

	size_t start;
	bool part;
	bool after_blanks;  /* only continuations came since a line of blanks */
	bool odd;           /* a line that cannot be a field came since `content` */
	size_t content;     /* the place at which a body may have begun; SIZE_MAX: none so far */
	size_t type, type_end; /* the Content-Type field; type is SIZE_MAX before it */
	bool in_type, boundary_read;
	struct header_value value; /* of the field being read */
	struct buf boundary;
};

/* Begins a block at s[start]. part: it is that of a part, not of the message itself.
   The caller frees h->boundary. */
void header_block_start(struct header_block *h, char const *s, size_t start, bool part);

/* Reads the line s[at, end) without its line end; the next line begins at next. True: the block
   has ended, and h->end and h->body are set. If h->body is at most `at`, the line is part of the
   body. */
bool header_block_line(struct header_block *h, size_t at, size_t end, size_t next);

/* Is the line the boundary which the block declares, after `--` or by itself? Then the block
   ends before it: call header_block_stop. -1: out of memory. */
int header_block_declared(struct header_block *h, size_t at, size_t end);

/* Ends the block at `at`: a delimiter or the end of the message is there. */
void header_block_stop(struct header_block *h, size_t at);

#endif
