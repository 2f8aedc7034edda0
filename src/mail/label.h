/* Charset labels that the text proves false. Programs state a charset that they do not write:
   the one of their template, or of their developer. Where the octets say so, the text is read
   as if there were no label. */
#ifndef MAIL_LABEL_H
#define MAIL_LABEL_H

#include <stdbool.h>
#include <stddef.h>

/* Is s[0..n) proved not to be in the charset `name` (mail/charset.h), before it is converted?
   - US-ASCII: it has octets above 0x7f.
   - ISO-2022-* and UTF-7, which are written in 7 bits: it has more of these than shifts.
   - UTF-8: most of what is not ASCII is not UTF-8. (A text that was cut, or has a broken octet,
     is UTF-8 nevertheless.)
   - A charset of one or two octets a character: it is UTF-8 of some length.
   - UTF-16 and UTF-32: it has no NULs, and is UTF-8 of some length. */
bool label_is_false(char const *name, char const *s, size_t n);

/* Was the label proved false by the conversion of s[0..n) to utf8[0..utf8_n), in which U+FFFD
   stands for what could not be read?
   - Something could not be read, or control characters came out; and s is clean UTF-8.
   - In a charset of several octets a character: nothing that is not ASCII could be read. */
bool label_was_false(char const *name, char const *s, size_t n, char const *utf8, size_t utf8_n);

/* Is the charset UTF-16 or UTF-32, of whatever order? */
bool label_is_wide(char const *name);

#endif
