/* The fields of a header block (RFC 5322 2.2), correct or malformed:

   - A line that starts with a blank continues the field before it.
   - So does a line without a colon: a program broke the line and forgot the blank. A Content-*
     field has a syntax: such a line continues it only if header_value_continues says so.
   - A field with an impossible name is skipped, for example `From a@b Thu Sep 12 13:59`.
   - Lines end in LF or CRLF. */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* The octets of the UTF-8 byte order mark at the beginning of the message s[0..n): 3 or 0.
   Programs that read a message from a file send it along. */
size_t header_mark(char const *s, size_t n);

/* Finds the end of the header block in s[0..n): returns the octets before its empty line (n, without
   one). *body: the offset after that line. If the first line cannot be a field, the empty line was
   forgotten: both are 0. Only mime_read knows how else a message's header may end. */
size_t header_end(char const *s, size_t n, size_t *body);

/* The line at s[at..n): sets *end to the end of its content and returns where the next begins. */
size_t header_line(char const *s, size_t n, size_t at, size_t *end);

enum header_kind {
	HEADER_FIELD,  /* a field's first line: a name of printable ASCII, and a colon */
	HEADER_FOLD,   /* starts with a blank, and has more than blanks */
	HEADER_BLANKS, /* blanks alone */
	HEADER_OTHER   /* cannot be a field */
};

/* The kind of the line s[0..n), n > 0. *name_len: the length of a field's name, else 0. */
enum header_kind header_line_kind(char const *s, size_t n, size_t *name_len);

/* Can the line s[0..n) be the first of a header block? It has a colon or starts with a blank. It does
   not start with `<`, as HTML does. */
bool header_may_start(char const *s, size_t n);

/* The state of a Content-* field's value after some of its lines. */
struct header_value {
	bool quoted; /* a quote is open */
	char last;   /* the last octet but for blanks */
};

/* Begins a value; header_value_add adds the content of one of its lines. */
void header_value_start(struct header_value *v);
void header_value_add(struct header_value *v, char const *line, size_t n);

/* Can the line, which does not begin with a blank, continue the value? Yes, if the value ends
   inside a quote or in one of `;,=:`. Also if the line begins with `;` or with a parameter of RFC
   2045, 2183 or 2387. */
bool header_value_continues(struct header_value const *v, char const *line, size_t n);

/* A field. The pointers go into the block. */
struct header_field {
	char const *name, *value; /* the name without blanks, empty where it is not one; */
	size_t name_len, value_len; /* the value after the colon, folds and last line end included */
};

/* Steps through the fields of the block s[0..n): *at starts as 0. False when there are
   no more; an empty line ends the block as n does. */
bool header_next(char const *s, size_t n, size_t *at, struct header_field *field);

/* Unfolds a value that header_next gave: line ends go, the blanks after them stay, those at both
   ends go; NULs are dropped. Replaces the content of out and NUL-terminates it (the NUL is not
   in its len). False: out of memory. */
bool header_unfold(struct buf *out, char const *s, size_t n);

/* The first field called `name` (any case) in the block s[0..n), unfolded into value.
   1: found; 0: not found; -1: out of memory. */
int header_find(char const *s, size_t n, char const *name, struct buf *value);

#endif
