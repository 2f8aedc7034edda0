/* UTF-8 (RFC 3629), a character at a time. (utf8_valid stands in mail/address.h.) */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#define UTF8_BAD "\xef\xbf\xbd" /* U+FFFD, which stands for what could not be read */

/* The octets of the character at s[0..n), n > 0; *good says whether it is one. What is
   none is measured as Unicode 3.9 recommends (table 3-8: the maximal subpart of an
   ill-formed sequence), so that each gives one U+FFFD. */
size_t utf8_step(char const *s, size_t n, bool *good);

/* How many octets at the end of s[0..n) are the beginning of a character whose rest may stand
   behind them: 0 to 3. */
size_t utf8_unfinished(char const *s, size_t n);

/* Writes a code point and returns its length. Surrogates, 0 and what lies beyond
   U+10FFFF are written as U+FFFD. */
size_t utf8_write(unsigned long code, char out[4]);

#endif
