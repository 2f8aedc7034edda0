/* Base64 (RFC 4648), once as SASL wants it, strictly, and once as mail has it. */
#ifndef CORE_BASE64_H
#define CORE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strict (RFC 4954 4): whole quanta, padding where it belongs, zero spare bits, no
   other octet. out has n / 4 * 3 octets and may be s. False: not base64. */
bool base64_decode(char *out, size_t *outlen, char const *s, size_t n);

/* Lenient and in pieces (RFC 2045 6.8): octets outside the alphabet are skipped, a
   quantum cut off at the end gives the octets it has, padding ends a quantum and what
   follows starts anew. All zero is the start. */
struct base64 {
	uint32_t bits;
	unsigned int count; /* sextets held, 0 to 3 */
};

/* Octets base64_feed can write for n octets in. */
#define BASE64_ROOM(n) ((n) / 4 * 3 + 3)

/* Decodes s[0..n) to out; returns the octets written. */
size_t base64_feed(struct base64 *b, char *out, char const *s, size_t n);

/* The end of the input: what an unfinished quantum still holds, at most 2 octets. */
size_t base64_end(struct base64 *b, char *out);

#endif
