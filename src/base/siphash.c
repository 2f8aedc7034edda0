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

/* Prepares the state for a hash of 64 bits. */
static void start(uint64_t v[4], unsigned char const key[SIPHASH_KEY])
{
	uint64_t k0 = load64(key), k1 = load64(key + 8);
	v[0] = k0 ^ 0x736f6d6570736575;
	v[1] = k1 ^ 0x646f72616e646f6d;
	v[2] = k0 ^ 0x6c7967656e657261;
	v[3] = k1 ^ 0x7465646279746573;
}

static uint64_t finish(uint64_t v[4])
{
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Absorbs the whole words of p[0..n); returns how many octets are left. */
static size_t absorb_words(uint64_t v[4], unsigned char const *p, size_t n)
{
	uint64_t w[4] = {v[0], v[1], v[2], v[3]}; /* in registers: v may be in memory */
	for (; n >= 8; n -= 8, p += 8)
		absorb(w, load64(p));
	v[0] = w[0], v[1] = w[1], v[2] = w[2], v[3] = w[3];
	return n;
}

uint64_t siphash(unsigned char const key[SIPHASH_KEY], char const *s, size_t n)
{
	unsigned char const *p = (unsigned char const *)s;
	uint64_t v[4];
	start(v, key);
	size_t left = absorb_words(v, p, n);
	absorb(v, load_rest(p + n - left, left) | (uint64_t)n << 56);
	v[2] ^= 0xff;
	return finish(v);
}

/* --- 128 bits, in pieces -------------------------------------------------------------------- */

void siphash_init(struct siphash *h, unsigned char const key[SIPHASH_KEY])
{
	start(h->v, key);
	h->v[1] ^= 0xee;
	h->held = h->n = 0;
}

void siphash_add(struct siphash *h, void const *s, size_t n)
{
	unsigned char const *p = s;
	for (; n && h->n % 8; n--) {
		h->held |= (uint64_t)*p++ << h->n++ % 8 * 8;
		if (h->n % 8 == 0)
			absorb(h->v, h->held);
	}
	if (n == 0)
		return;
	size_t left = absorb_words(h->v, p, n);
	h->held = load_rest(p + n - left, left);
	h->n += n;
}

static void store64(unsigned char out[8], uint64_t v)
{
	for (int i = 0; i < 8; i++, v >>= 8)
		out[i] = (unsigned char)v;
}

void siphash_end(struct siphash *h, unsigned char out[SIPHASH_OCTETS])
{
	if (h->n % 8 == 0)
		h->held = 0;
	absorb(h->v, h->held | h->n << 56);
	h->v[2] ^= 0xee;
	store64(out, finish(h->v));
	h->v[1] ^= 0xdd;
	store64(out + 8, finish(h->v));
}
