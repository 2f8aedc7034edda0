/* Base32 (RFC 4648 6) in lower case and without padding, for tokens in URLs and addresses:
   mail systems may change the case of an address. */
#ifndef BASE_BASE32_H
#define BASE_BASE32_H

#include <stdbool.h>
#include <stddef.h>

#define BASE32_LENGTH(n) (((n) * 8 + 4) / 5) /* digits that n octets take */

/* Writes BASE32_LENGTH(n) digits to out, without a NUL; returns their count. */
size_t base32_encode(char *out, void const *s, size_t n);

/* Reads s[0..n), in either case; out has n * 5 / 8 octets. False: another octet than a digit,
   a length that no encoding has, or spare bits that are not zero. So two strings that differ
   in more than case never decode to the same octets. */
bool base32_decode(void *out, size_t *outlen, char const *s, size_t n);

#endif
