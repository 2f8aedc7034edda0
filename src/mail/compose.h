/* Writing mail (RFC 5322, RFC 2045, RFC 2047): header fields and bodies whose lines have at
   most 76 octets. Lines end in CRLF. Input is UTF-8; octets of it that could end a line are
   never copied into a header. Every function appends to out, and returns false only when
   memory ran out. */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define COMPOSE_LINE 76

/* `Name: text`: an unstructured field such as Subject. ASCII is written as it is and folded at
   its blanks. Text that would change on the way is written as encoded words, Q or B, the shorter:
   long words, blanks in a row, `=?`, controls, non-ASCII. */
bool compose_text(struct buf *out, char const *name, char const *s, size_t n);

/* `Name: phrase <address>` (From, List-Id): s[0..n) is the display name, which may be empty.
   address[0..an) is written as it is. */
bool compose_named(struct buf *out, char const *name, char const *s, size_t n, char const *address, size_t an);

/* The length of s[0..n) in quoted-printable, and in base64, in lines of COMPOSE_LINE octets. LF
   and CRLF are line ends in both; a bare CR is an octet. */
size_t compose_qp_length(char const *s, size_t n);
size_t compose_base64_length(char const *s, size_t n);

/* Appends s[0..n) in quoted-printable. *column is the length of the line so far, 0 at first:
   a text can be written in stretches. A stretch must not end inside a CRLF, nor in blanks
   before a line end. */
bool compose_qp(struct buf *out, char const *s, size_t n, size_t *column);

/* Ends the line at hand with a soft line break, unless it is empty. */
bool compose_qp_break(struct buf *out, size_t *column);

/* Appends s[0..n) in base64, whole, with a line end at its end. */
bool compose_base64(struct buf *out, char const *s, size_t n);

#endif
