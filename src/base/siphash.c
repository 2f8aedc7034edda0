#include "base/siphash.h"

/* Compilers turn it into one load on little-endian processors. */
static inline uint64_t load64(unsigned char const *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24
		| (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* Loads the last octets, fewer than eight. */
static inline uint64_t load_rest(unsigned char const *p, size_t n)
{
	uint64_t v = 0;
	while (n--)
		v = v << 8 | p[n];
	return v;
}

static uint64_t rotate(uint64_t v, int bits)
{
	return v << bits | v >> (64 - bits);
}

static inline void rounds(uint64_t v[4], int n)
{
	uint64_t a = v[0], b = v[1], c = v[2], d = v[3];
	while (n--) {
		a += b;
		c += d;
		b = rotate(b, 13) ^ a;
		d = rotate(d, 16) ^ c;
		a = rotate(a, 32);
		c += b;
		a += d;
		b = rotate(b, 17) ^ c;
		d = rotate(d, 21) ^ a;
		c = rotate(c, 32);
	}
	v[0] = a, v[1] = b, v[2] = c, v[3] = d;
}

static inline void absorb(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	rounds(v, 2);
	v[0] ^= m;
}

uint64_t siphash(unsigned char const key[SIPHASH_KEY], char const *s, size_t n)
{
	unsigned char const *p = (unsigned char const *)s;
	uint64_t k0 = load64(key), k1 = load64(key + 8);
	uint64_t v[4] = {
		k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573,
	};
	size_t left = n;
	for (; left >= 8; left -= 8, p += 8)
		absorb(v, load64(p));
	absorb(v, load_rest(p, left) | (uint64_t)n << 56);
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
