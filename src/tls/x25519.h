/* X25519 (RFC 7748), for processors that multiply 64 bits by 64 to 128: a key exchange in a
   third of the time that BearSSL's 31-bit code takes. */
#ifndef TLS_X25519_H
#define TLS_X25519_H

#include <stdbool.h>

#ifdef __SIZEOF_INT128__
#define X25519_FAST 1

/* u := the u-coordinate of scalar * (the point with coordinate u), all of them little-endian;
   the scalar is clamped and the highest bit of u ignored, as the RFC has it. In constant time.
   False: the result is 0, which nobody may use (RFC 8422 5.11). */
bool x25519(unsigned char u[32], unsigned char const scalar[32]);

#endif
#endif
