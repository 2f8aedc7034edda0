/* Reads the values of Content-Type, Content-Disposition and similar fields, as mail in the wild
   writes them: a word, then parameters (RFC 2045 5.1, RFC 2183, RFC 2231). The values are unfolded
   (mail/header.h). Time is linear in the value; pieces of RFC 2231 are sorted in addition. */
#ifndef MAIL_PARAM_H
#define MAIL_PARAM_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads the word at the start of s[0..n), lowered, such as `attachment`. Skips comments and blanks
   before it and drops quotes around it. Replaces the content of out and NUL-terminates it (the
   NUL is not in its len). False: out of memory. */
bool param_word(struct buf *out, char const *s, size_t n);

/* Reads the media type at the start of s[0..n) likewise, such as `text/html`. Empty if there is no
   slash, or nothing before or after it. */
bool param_type(struct buf *out, char const *s, size_t n);

/* Finds the parameter `name` (any case), unquoted. The first counts: of two equal names, and of
   `name=` and its forms in RFC 2231, `name*=`, `name*0=`, `name*1*=`. Pieces may be in any order,
   and numbers may be missing. `%XX` is decoded in extended pieces. charset, unless NULL, becomes
   the charset of `charset'language'`; it is empty without one. NULs are dropped.

   Tolerated: blanks around `=` or inside an unquoted value; a missing `;` before another `name=`;
   words without a value; comments after a value. A quote that is not closed extends the value to
   the end.

   Both contents are replaced and NUL-terminated (the NUL is not in their len).
   1: found; 0: not found; -1: out of memory. */
int param_find(struct buf *out, struct buf *charset, char const *s, size_t n, char const *name);

#endif
