/* Base64 (RFC 4648), once as SASL wants it, strictly, and once as mail has it. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Strict (RFC 4954 4): whole quanta, padding where it belongs, zero spare bits, no
   other octet. out has n / 4 * 3 octets and may be s. False: not base64. */
bool base64_decode(char *out, size_t *outlen, char const *s, size_t n);

/* Octets base64_read can write for n octets in. */
#define BASE64_ROOM(n) ((n) / 4 * 3 + 3)

/* Lenient (RFC 2045 6.8): decodes s[0..n) to out, and returns the octets written. Octets
   outside the alphabet are skipped, and a quantum cut off at the end gives the octets it has.
   Padding ends a quantum, and the data, unless more of it follows, as where several encoders'
   output was joined: whole quanta in lines of nothing else. The first line (the rest of one)
   behind padding that is otherwise is the beginning of something else, such as the footer of
   a mailing list: it is no data, nor is what comes after it. */
size_t base64_read(char *out, char const *s, size_t n);

#endif
