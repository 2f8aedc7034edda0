/* Charset labels that the text proves false. Programs state a charset that they do not write:
   the one of their template, or of their developer. Where the octets say so, the text is read
   as if there were no label. */
#ifndef MAIL_LABEL_H
#define MAIL_LABEL_H

#include <stdbool.h>
#include <stddef.h>

/* Do the octets s[0..n) prove that they are not in the charset `name` (mail/charset.h)? Looks at
   them before the conversion. They prove it
   - in US-ASCII, if one is above 0x7f;
   - in ISO-2022-* and UTF-7, which have 7 bits, if octets above 0x7f outnumber the shifts;
   - in UTF-8, if more sequences are malformed than not: fewer mean damage;
   - in a charset of one or two octets a character, if they are UTF-8 of some length;
   - in UTF-16 and UTF-32, if they have no NUL and are UTF-8 of some length. */
bool label_is_false(char const *name, char const *s, size_t n);

/* Does the conversion of s[0..n) to utf8[0..utf8_n) prove the label false? U+FFFD marks unreadable
   octets. The result proves it
   - in a charset other than UTF-8, if it has U+FFFD or control characters, and s is UTF-8 without
     control characters;
   - in a charset of several octets a character, if it has U+FFFD, and all else is ASCII. */
bool label_was_false(char const *name, char const *s, size_t n, char const *utf8, size_t utf8_n);

/* Is the charset UTF-16 or UTF-32, of whatever order? */
bool label_is_wide(char const *name);

#endif
