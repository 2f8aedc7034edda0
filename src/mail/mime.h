/* A push parser for MIME messages (RFC 2045, 2046, 2231): octets in, in pieces of any
   size; a tree of parts out, as offsets into the message. saca-mime and saca-import
   both read mail with it, so that what was accepted always imports. Time is linear in
   the input whatever comes; memory is bounded by the limits below. Lines end in LF or
   CRLF.

   Where mail in the wild leaves a choice:
   - A byte order mark in front of the message is passed over.
   - The first of repeated fields and parameters counts.
   - A delimiter is a whole line: `--`, the boundary, perhaps `--`, perhaps blanks. Of
     equal boundaries the innermost open one is meant. What follows a multipart's closing
     delimiter is epilogue, delimiters of that multipart included.
   - A multipart without any correct opening delimiter is divided by lines that lack the
     leading `--`. These are believed until a correct one turns up; then the parts made
     so far are dropped as preamble. (They count against MIME_PARTS meanwhile.)
   - A delimiter inside a header block ends it, and its part has no body.
   - Without a closing delimiter, a part ends at the next one of an enclosing multipart,
     or with the message. */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MIME_DEPTH 32      /* the message itself is at depth 0 */
#define MIME_PARTS 1000    /* parts in all, the message and its multiparts included */
#define MIME_HEADER 102400 /* octets of one header block */
#define MIME_NONE UINT32_MAX

enum mime_encoding { MIME_7BIT, MIME_8BIT, MIME_BINARY, MIME_QP, MIME_BASE64, MIME_UNKNOWN };

enum mime_fault { MIME_OK, MIME_TOO_DEEP, MIME_TOO_MANY, MIME_HEADER_LONG, MIME_NO_MEMORY };

/* The strings are NUL-terminated, never NULL ("" where the message has none), and
   belong to the parser. NULs in the message are dropped from them. */
struct mime_part {
	uint32_t parent;      /* index of the enclosing part; MIME_NONE for the message */
	uint32_t depth;
	size_t header;        /* octets from the start of the message: header block */
	size_t body, end;     /* [body, end): the body as transferred, without the line end
	                         that belongs to the delimiter behind it */
	char const *type;     /* "text/html", lowered; "text/plain" where nothing is said,
	                         and "message/rfc822" there in a digest (RFC 2046 5.1.5) */
	char const *charset;  /* the parameter as it stands, unquoted, RFC 2231 decoded */
	char const *id;       /* Content-ID without its angle brackets; all of it where it
	                         begins with an encoded word, which may hold them */
	char const *start;    /* of multipart/related: its root's Content-ID, like id */
	char const *filename; /* of Content-Disposition, else the name of Content-Type; raw */
	char const *label;    /* Content-Transfer-Encoding as it stands, lowered */
	char const *disposition; /* Content-Disposition's word, lowered */
	enum mime_encoding encoding;
	bool attachment;      /* Content-Disposition: attachment, or any word but inline
	                         (RFC 2183 2.8) */
	bool leaf;            /* neither multipart nor message: multiparts have children
	                         (perhaps none), message is not looked into */
};

struct mime;

/* NULL: out of memory. mime_free takes NULL. */
struct mime *mime_new(void);
void mime_free(struct mime *m);

/* Feeds n octets. A fault is final: what follows is ignored. */
enum mime_fault mime_push(struct mime *m, char const *s, size_t n);

/* The end of the message; only then the parts can be asked for. After a fault they are
   those found up to it, which is enough to draw them. */
enum mime_fault mime_finish(struct mime *m);

/* Part 0 is the message itself; parts stand in the order of the message. */
size_t mime_count(struct mime const *m);
struct mime_part const *mime_part(struct mime const *m, size_t i);

/* The first field of that name (any case) in the main header, unfolded, to *value, which
   belongs to the parser and is valid until the next call or mime_free. 1: found; 0: there
   is none; -1: out of memory. *value is NULL then. */
int mime_field(struct mime *m, char const *name, char const **value);

/* The main header block, for mail/header.h: *n octets, lines ending in LF. It belongs to
   the parser; empty (not NULL) when there is none. */
char const *mime_header(struct mime const *m, size_t *n);

#endif
