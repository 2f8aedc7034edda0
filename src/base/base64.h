/* Base64 (RFC 4648): strict for SASL, lenient for mail. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Decodes strictly (RFC 4954 4): complete quanta, correct padding, spare bits of zero, no other
   octets. out has n / 4 * 3 octets and may be s. False: not base64; *outlen is unchanged. */
bool base64_decode(char *out, size_t *outlen, char const *s, size_t n);

/* Octets that base64_read writes at most for n octets. */
#define BASE64_ROOM(n) ((n) / 4 * 3 + 3)

/* Lenient (RFC 2045 6.8): decodes s[0..n) to out, and returns the number of octets written. Octets
   outside the alphabet are skipped. An incomplete quantum at the end gives the octets it has.

   Padding ends the data, unless lines of complete quanta follow: then the output of several encoders
   was joined. The first other line after padding, for example the footer of a mailing list, ends
   the data. */
size_t base64_read(char *out, char const *s, size_t n);

/* Octets that base64_encode writes for n. */
#define BASE64_LENGTH(n) (((n) + 2) / 3 * 4)

/* Encodes s[0..n), with padding and without line ends. Returns the length. */
size_t base64_encode(char *out, void const *s, size_t n);

#endif
