#include "base/hash.h"

#include <bearssl.h>
#include <string.h>

_Static_assert(sizeof(br_hash_compat_context) <= sizeof(struct hash), "struct hash is too small");
_Static_assert(sizeof(br_hmac_key_context) <= sizeof(struct hash_key), "struct hash_key is too small");

static br_hash_class const **context_of(struct hash *h)
{
	return &((br_hash_compat_context *)(void *)h)->vtable;
}

static void start_hash(struct hash *h, br_hash_class const *kind)
{
	br_hash_class const **c = context_of(h);
	kind->init(c);
}

void hash_init_512(struct hash *h)
{
	start_hash(h, &br_sha512_vtable);
}

void hash_add(struct hash *h, void const *s, size_t n)
{
	br_hash_class const **c = context_of(h);
	(*c)->update(c, s, n);
}

void hash_end(struct hash *h, unsigned char *out)
{
	unsigned char all[br_sha512_SIZE];
	br_hash_class const **c = context_of(h);
	(*c)->out(c, all);
	memcpy(out, all, HASH_OCTETS);
}

void hash_of(unsigned char *out, void const *s, size_t n)
{
	struct hash h;
	start_hash(&h, &br_sha256_vtable);
	hash_add(&h, s, n);
	hash_end(&h, out);
}

void hash_key_init(struct hash_key *k, void const *key, size_t n)
{
	br_hmac_key_init((br_hmac_key_context *)(void *)k, &br_sha256_vtable, key, n);
}

void hash_mac(unsigned char *out, struct hash_key const *k, void const *s, size_t n)
{
	br_hmac_context c;
	br_hmac_init(&c, (br_hmac_key_context const *)(void const *)k, 0);
	br_hmac_update(&c, s, n);
	br_hmac_out(&c, out);
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
