/* Reads a MIME message (RFC 2045, 2046, 2231) into a tree of parts, which are offsets into the
   message. saca-mime, the queue service and saca-import read mail with it: an accepted message
   can always be imported. Time is linear in the message; the tree is bounded by the limits below.
   Lines end in LF or CRLF.

   Malformed or ambiguous mail is read like this:
   - A byte order mark before the message is skipped.
   - The first of repeated fields and parameters counts.
   - A header without its empty line ends as mail/header_block.h says. A delimiter of an enclosing
     multipart ends it, too. The part then has no body, or only the lines that cannot be in a
     header.
   - A delimiter is a whole line: `--`, the boundary, optionally `--`, optionally blanks.
   - If several open multiparts have the same boundary, a delimiter belongs to the innermost.
   - After a multipart's closing delimiter everything is epilogue, even its own delimiters.
   - A multipart without any correct opening delimiter is divided by lines that lack the
     leading `--`. As soon as a correct one is found, the parts made so far are dropped as
     preamble. (They count against MIME_PARTS meanwhile.)
   - Without a closing delimiter, a part ends at the next one of an enclosing multipart,
     or with the message. */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MIME_DEPTH 32     /* the message itself is at depth 0 */
#define MIME_PARTS 1000   /* parts in all, the message and its multiparts included */
#define MIME_FIELD 102400 /* octets of a Content-*, Subject or Message-ID field that is looked at */
#define MIME_NONE UINT32_MAX

enum mime_encoding { MIME_7BIT, MIME_8BIT, MIME_BINARY, MIME_QP, MIME_BASE64, MIME_UNKNOWN };

enum mime_fault { MIME_OK, MIME_TOO_DEEP, MIME_TOO_MANY, MIME_FIELD_LONG, MIME_NO_MEMORY };

/* The strings are NUL-terminated, never NULL (a missing one is ""), and belong to the parser.
   NULs in the message are dropped from them. */
struct mime_part {
	uint32_t parent;      /* index of the enclosing part; MIME_NONE for the message */
	uint32_t depth;
	size_t header;        /* octets from the start of the message: header block */
	size_t body, end;     /* [body, end): the body as transferred, without the line end
	                         that belongs to the delimiter after it */
	char const *type;     /* "text/html", lowered; without one "text/plain", and in a
	                         digest "message/rfc822" (RFC 2046 5.1.5) */
	char const *charset;  /* the parameter as written, unquoted, RFC 2231 decoded */
	char const *id;       /* Content-ID without its angle brackets; all of it where it
	                         begins with an encoded word, which may hold them */
	char const *start;    /* of multipart/related: its root's Content-ID, like id */
	char const *filename; /* of Content-Disposition, else the name of Content-Type; raw */
	char const *label;    /* Content-Transfer-Encoding as written, lowered */
	char const *disposition; /* Content-Disposition's word, lowered */
	enum mime_encoding encoding;
	bool attachment;      /* Content-Disposition: attachment, or any word but inline
	                         (RFC 2183 2.8) */
	bool leaf;            /* neither multipart nor message: multiparts have children
	                         (or none), message is not read */
};

struct mime;

/* Reads the message s[0..n), which must live as long as the result. *fault: MIME_OK, or why reading
   stopped; the parts before that are there. NULL: out of memory; *fault is MIME_NO_MEMORY. The
   caller calls mime_free, which accepts NULL. */
struct mime *mime_read(char const *s, size_t n, enum mime_fault *fault);
void mime_free(struct mime *m);

/* The parts in the order of the message; part 0 is the message itself. */
size_t mime_count(struct mime const *m);
struct mime_part const *mime_part(struct mime const *m, size_t i);

/* Finds the first field of that name (any case) in the main header. *value: its unfolded value,
   which belongs to the parser and is valid until the next call or mime_free. 1: found; 0: not
   found; -1: out of memory. Without a field *value is NULL. */
int mime_field(struct mime *m, char const *name, char const **value);

/* The main header block in the message, for mail/header.h: *n octets. */
char const *mime_header(struct mime const *m, size_t *n);

#endif
