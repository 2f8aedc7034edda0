/* UTF-8 (RFC 3629). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#define UTF8_BAD "\xef\xbf\xbd" /* U+FFFD, the replacement for unreadable octets */

/* Is all of s[0..n) UTF-8: shortest forms, no surrogates, nothing above U+10FFFF? s may be NULL if
   n is 0. */
bool utf8_valid(char const *s, size_t n);

/* Returns the length of the character at s[0..n), n > 0, and sets *good to true. If there is no
   character, sets *good to false and returns the number of octets that one U+FFFD replaces: the
   maximal subpart of an ill-formed sequence (Unicode 3.9, table 3-8). */
size_t utf8_step(char const *s, size_t n, bool *good);

/* Returns the code point of the well-formed character s[0..n). */
unsigned long utf8_code(char const *s, size_t n);

/* Returns how many octets at the end of s[0..n) begin a character that is not complete: 0 to 3. */
size_t utf8_unfinished(char const *s, size_t n);

/* Writes a code point and returns its length. Surrogates, 0 and values above U+10FFFF are written
   as U+FFFD. */
size_t utf8_write(unsigned long code, char out[4]);

#endif
