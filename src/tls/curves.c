/* The elliptic curves. */
#include "tls/curves.h"

#include "tls/x25519.h"

#ifdef X25519_FAST
#include "core/wipe.h"

#include <string.h>

enum { OCTETS = 32 };

/* BearSSL hands over the scalar as the RFC has it, little-endian, but maybe shorter. */
static uint32_t multiply(unsigned char *u, unsigned char const *scalar, size_t n)
{
	unsigned char k[OCTETS] = {0};
	memcpy(k, scalar, n);
	bool ok = x25519(u, k);
	wipe(k, sizeof k);
	return ok;
}

static uint32_t mul(unsigned char *point, size_t len, unsigned char const *x, size_t n, int curve)
{
	if (curve != BR_EC_curve25519)
		return br_ec_get_default()->mul(point, len, x, n, curve);
	return len == OCTETS && n <= OCTETS ? multiply(point, x, n) : 0;
}

static size_t mulgen(unsigned char *point, unsigned char const *x, size_t n, int curve)
{
	if (curve != BR_EC_curve25519)
		return br_ec_get_default()->mulgen(point, x, n, curve);
	memset(point, 0, OCTETS);
	point[0] = 9;
	return n <= OCTETS && multiply(point, x, n) ? OCTETS : 0;
}
#endif

void curves_init(br_ec_impl *curves)
{
	*curves = *br_ec_get_default();
#ifdef X25519_FAST
	curves->mul = mul;
	curves->mulgen = mulgen;
#endif
}
