/* X25519 (RFC 7748), with numbers modulo 2^255 - 19 in five limbs of 51 bits. There is no
   branch and no address that depends on a secret. */
#include "tls/x25519.h"

#ifdef X25519_FAST
#include "core/wipe.h"

#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* v[0] + v[1] 2^51 + ... Limbs are below 2^52 where multiply, square and scale put them, and
   may reach 2^54 where those take them. */
struct field {
	uint64_t v[5];
};

static uint64_t const mask = ((uint64_t)1 << 51) - 1;

static inline struct field add(struct field a, struct field b)
{
	return (struct field){{a.v[0] + b.v[0], a.v[1] + b.v[1], a.v[2] + b.v[2], a.v[3] + b.v[3],
		a.v[4] + b.v[4]}};
}

/* a + 2p - b; b is fresh from a multiplication. */
static inline struct field subtract(struct field a, struct field b)
{
	return (struct field){{a.v[0] + (2 * mask - 36) - b.v[0], a.v[1] + 2 * mask - b.v[1],
		a.v[2] + 2 * mask - b.v[2], a.v[3] + 2 * mask - b.v[3], a.v[4] + 2 * mask - b.v[4]}};
}

static inline struct field carry(wide r0, wide r1, wide r2, wide r3, wide r4)
{
	struct field c;
	r1 += (uint64_t)(r0 >> 51);
	r2 += (uint64_t)(r1 >> 51);
	r3 += (uint64_t)(r2 >> 51);
	r4 += (uint64_t)(r3 >> 51);
	c.v[0] = ((uint64_t)r0 & mask) + 19 * (uint64_t)(r4 >> 51);
	c.v[1] = ((uint64_t)r1 & mask) + (c.v[0] >> 51);
	c.v[0] &= mask;
	c.v[2] = (uint64_t)r2 & mask;
	c.v[3] = (uint64_t)r3 & mask;
	c.v[4] = (uint64_t)r4 & mask;
	return c;
}

static inline struct field multiply(struct field a, struct field b)
{
	uint64_t const a0 = a.v[0], a1 = a.v[1], a2 = a.v[2], a3 = a.v[3], a4 = a.v[4];
	uint64_t const b0 = b.v[0], b1 = b.v[1], b2 = b.v[2], b3 = b.v[3], b4 = b.v[4];
	uint64_t const c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4; /* 2^255 is 19 */
	return carry(
		(wide)a0 * b0 + (wide)a1 * c4 + (wide)a2 * c3 + (wide)a3 * c2 + (wide)a4 * c1,
		(wide)a0 * b1 + (wide)a1 * b0 + (wide)a2 * c4 + (wide)a3 * c3 + (wide)a4 * c2,
		(wide)a0 * b2 + (wide)a1 * b1 + (wide)a2 * b0 + (wide)a3 * c4 + (wide)a4 * c3,
		(wide)a0 * b3 + (wide)a1 * b2 + (wide)a2 * b1 + (wide)a3 * b0 + (wide)a4 * c4,
		(wide)a0 * b4 + (wide)a1 * b3 + (wide)a2 * b2 + (wide)a3 * b1 + (wide)a4 * b0);
}

static inline struct field square(struct field a)
{
	uint64_t const a0 = a.v[0], a1 = a.v[1], a2 = a.v[2], a3 = a.v[3], a4 = a.v[4];
	uint64_t const d0 = 2 * a0, d1 = 2 * a1, c3 = 19 * a3, c4 = 19 * a4;
	return carry(
		(wide)a0 * a0 + (wide)d1 * c4 + (wide)(2 * a2) * c3,
		(wide)d0 * a1 + (wide)(2 * a2) * c4 + (wide)a3 * c3,
		(wide)d0 * a2 + (wide)a1 * a1 + (wide)(2 * a3) * c4,
		(wide)d0 * a3 + (wide)d1 * a2 + (wide)a4 * c4,
		(wide)d0 * a4 + (wide)d1 * a3 + (wide)a2 * a2);
}

static inline struct field scale(struct field a, uint64_t n)
{
	return carry((wide)a.v[0] * n, (wide)a.v[1] * n, (wide)a.v[2] * n, (wide)a.v[3] * n,
		(wide)a.v[4] * n);
}

/* a^(2^n) */
static struct field squares(struct field a, int n)
{
	while (n-- > 0)
		a = square(a);
	return a;
}

/* 1/a = a^(p - 2), and 0 for 0. tN is a^(2^N - 1). */
static struct field invert(struct field a)
{
	struct field a2 = square(a), a9 = multiply(squares(a2, 2), a), a11 = multiply(a9, a2);
	struct field t5 = multiply(square(a11), a9);
	struct field t10 = multiply(squares(t5, 5), t5);
	struct field t20 = multiply(squares(t10, 10), t10);
	struct field t40 = multiply(squares(t20, 20), t20);
	struct field t50 = multiply(squares(t40, 10), t10);
	struct field t100 = multiply(squares(t50, 50), t50);
	struct field t200 = multiply(squares(t100, 100), t100);
	struct field t250 = multiply(squares(t200, 50), t50);
	return multiply(squares(t250, 5), a11);
}

static uint64_t load64(unsigned char const *s)
{
	uint64_t v = 0;
	for (int i = 8; i-- > 0;)
		v = v << 8 | s[i];
	return v;
}

static struct field load(unsigned char const s[32])
{
	return (struct field){{load64(s) & mask, load64(s + 6) >> 3 & mask, load64(s + 12) >> 6 & mask,
		load64(s + 19) >> 1 & mask, load64(s + 24) >> 12 & mask}};
}

/* The least of those that are a modulo p. */
static void store(unsigned char s[32], struct field a)
{
	a = carry(a.v[0], a.v[1], a.v[2], a.v[3], a.v[4]);
	a = carry(a.v[0], a.v[1], a.v[2], a.v[3], a.v[4]); /* now below 2^255 */
	uint64_t q = a.v[0] + 19; /* does a + 19 reach 2^255? */
	for (int i = 1; i < 5; i++)
		q = a.v[i] + (q >> 51);
	a.v[0] += 19 * (q >> 51);
	for (int i = 0; i < 4; i++) {
		a.v[i + 1] += a.v[i] >> 51;
		a.v[i] &= mask;
	}
	a.v[4] &= mask;
	uint64_t const words[4] = {a.v[0] | a.v[1] << 51, a.v[1] >> 13 | a.v[2] << 38,
		a.v[2] >> 26 | a.v[3] << 25, a.v[3] >> 39 | a.v[4] << 12};
	for (int i = 0; i < 32; i++)
		s[i] = (unsigned char)(words[i / 8] >> 8 * (i % 8));
}

static inline void exchange_limb(uint64_t *a, uint64_t *b, uint64_t bit)
{
	uint64_t d = (*a ^ *b) & (0 - bit);
	*a ^= d;
	*b ^= d;
}

/* Exchanges a and b where bit is 1. */
static inline void exchange(struct field *a, struct field *b, uint64_t bit)
{
	exchange_limb(&a->v[0], &b->v[0], bit);
	exchange_limb(&a->v[1], &b->v[1], bit);
	exchange_limb(&a->v[2], &b->v[2], bit);
	exchange_limb(&a->v[3], &b->v[3], bit);
	exchange_limb(&a->v[4], &b->v[4], bit);
}

/* RFC 7748 5: the ladder holds n P and (n + 1) P as x:z, n being the bits of k so far. */
struct ladder {
	struct field x2, z2, x3, z3;
};

static inline void step(struct ladder *l, struct field u)
{
	struct field a = add(l->x2, l->z2), b = subtract(l->x2, l->z2);
	struct field da = multiply(subtract(l->x3, l->z3), a), cb = multiply(add(l->x3, l->z3), b);
	struct field aa = square(a), bb = square(b), e = subtract(aa, bb);
	l->x3 = square(add(da, cb));
	l->z3 = multiply(u, square(subtract(da, cb)));
	l->x2 = multiply(aa, bb);
	l->z2 = multiply(e, add(aa, scale(e, 121665)));
}

bool x25519(unsigned char u[32], unsigned char const scalar[32])
{
	unsigned char k[32], any = 0;
	struct field const point = load(u);
	struct ladder l = {.x2 = {{1}}, .x3 = point, .z3 = {{1}}};
	uint64_t swapped = 0;
	memcpy(k, scalar, sizeof k);
	k[0] &= 0xf8;
	k[31] = (unsigned char)((k[31] & 0x7f) | 0x40);
	for (int i = 255; i-- > 0;) {
		uint64_t bit = k[i / 8] >> (i % 8) & 1;
		exchange(&l.x2, &l.x3, swapped ^ bit);
		exchange(&l.z2, &l.z3, swapped ^ bit);
		swapped = bit;
		step(&l, point);
	}
	exchange(&l.x2, &l.x3, swapped);
	exchange(&l.z2, &l.z3, swapped);
	store(u, multiply(l.x2, invert(l.z2)));
	wipe(k, sizeof k);
	wipe(&l, sizeof l);
	for (int i = 0; i < 32; i++)
		any |= u[i];
	return any != 0;
}
#endif
