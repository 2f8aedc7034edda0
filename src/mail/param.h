/* The values of Content-Type, Content-Disposition and kin: a word, and parameters
   (RFC 2045 5.1, RFC 2183, RFC 2231), as mail in the wild writes them. Values are
   unfolded ones (mail/header.h). Time is linear in the value, but for sorting the pieces
   of RFC 2231. */
#ifndef MAIL_PARAM_H
#define MAIL_PARAM_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* The word at the start of s[0..n), lowered: `attachment`, `base64`. Comments and blanks
   before it are skipped, quotes around it dropped. Replaces the content of out and
   NUL-terminates it (the NUL is not in its len). False: out of memory. */
bool param_word(struct buf *out, char const *s, size_t n);

/* The media type at the start of s[0..n) likewise: `text/html`. Empty when what stands
   there is none (no slash, nothing before or behind it). */
bool param_type(struct buf *out, char const *s, size_t n);

/* The parameter called `name` (any case), unquoted. What comes first counts: of two
   equal names, and of `name=` and its RFC 2231 forms `name*=`, `name*0=`, `name*1*=`,
   whose pieces may stand in any order and leave out numbers. `%XX` is decoded in extended
   pieces, and the charset of `charset'language'` is put into charset, unless that is NULL
   (empty where none is stated). NULs are dropped from values.
   Tolerated: blanks around `=`, a missing `;` before another `name=`, blanks inside an
   unquoted value, a quote that is never closed (the value runs to the end), comments
   behind a value, words that are no parameter (passed over).
   Both contents are replaced and NUL-terminated (the NUL is not in their len).
   1: found; 0: there is none; -1: out of memory. */
int param_find(struct buf *out, struct buf *charset, char const *s, size_t n, char const *name);

#endif
