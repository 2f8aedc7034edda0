/* Decimal numbers, strictly: digits and nothing else, and no silent overflow. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUM_FMT 21 /* octets a uint64_t takes at most, with a NUL */

/* Reads all of s[0..n) as a decimal number, at most `max`. False: empty, another
   octet than a digit, or larger; *out is then unchanged. Leading zeros are read. */
bool num_scan(char const *s, size_t n, uint64_t max, uint64_t *out);

/* Writes v and a NUL to out, which has NUM_FMT octets; returns the digits' count. */
size_t num_fmt(char *out, uint64_t v);

#endif
