/* SHA-256, by BearSSL. */
#include "io/hash.h"

#include <bearssl.h>

_Static_assert(sizeof(br_sha256_context) <= sizeof(struct hash), "struct hash is too small");

static br_sha256_context *context(struct hash *h)
{
	return (br_sha256_context *)(void *)h;
}

void hash_init(struct hash *h)
{
	br_sha256_init(context(h));
}

void hash_add(struct hash *h, void const *s, size_t n)
{
	br_sha256_update(context(h), s, n);
}

void hash_end(struct hash *h, unsigned char *out)
{
	br_sha256_out(context(h), out);
}

void hash_of(unsigned char *out, void const *s, size_t n)
{
	struct hash h;
	hash_init(&h);
	hash_add(&h, s, n);
	hash_end(&h, out);
}

void hash_hex(char *out, unsigned char const *digest)
{
	static char const digits[] = "0123456789abcdef";
	for (size_t i = 0; i < HASH_OCTETS; i++) {
		*out++ = digits[digest[i] >> 4];
		*out++ = digits[digest[i] & 15];
	}
	*out = 0;
}
