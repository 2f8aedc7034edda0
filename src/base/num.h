/* Decimal numbers: only digits, and overflow is an error. Skalibs' numbers need a NUL after the last
   digit; these are read from texts of a given length, in pure files, too. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUM_FMT 21 /* octets of the largest number, with a NUL */

/* Reads all of s[0..n) as a number of at most `max`. Leading zeros are allowed. False: it is empty, has
   another octet than a digit, or is larger; *out is unchanged. */
bool num_scan(char const *s, size_t n, uint64_t max, uint64_t *out);

/* Writes v and a NUL to out, which has NUM_FMT octets. Returns the number of digits. */
size_t num_fmt(char *out, uint64_t v);

/* Writes the last `width` digits of v, with leading zeros and without a NUL. Returns the end. */
char *num_pad(char *out, uint64_t v, size_t width);

#endif
