#include "tls/server.h"

#include "base/ascii.h"
#include "base/wipe.h"

#include <string.h>

struct suite {
	uint16_t id;
	char const *name;
};

/* With AES instructions AES-GCM is twice as fast as ChaCha20; without them it is slower. */
static struct suite const gcm[] = {
	{BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256"},
	{BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256"},
	{BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384"},
	{BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384"},
};
static struct suite const chacha[] = {
	{BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305"},
	{BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305"},
};
/* For TLS 1.0 and 1.1, which have no AEAD suites. */
static struct suite const cbc[] = {
	{BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA-AES128-SHA"},
	{BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA-AES128-SHA"},
	{BR_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA"},
	{BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA"},
};

#define LEN(table) (sizeof (table) / sizeof *(table))

static struct {
	struct suite const *suites;
	size_t n;
} const families[] = {{gcm, LEN(gcm)}, {chacha, LEN(chacha)}, {cbc, LEN(cbc)}};

/* --- Certificates by name ------------------------------------------------------------- */

static void present_pair(br_ssl_server_context *ctx, struct keypair const *k)
{
	if (k->key.key_type == BR_KEYTYPE_RSA)
		br_ssl_server_set_single_rsa(ctx, k->chain, k->chain_len, &k->key.key.rsa,
			BR_KEYTYPE_SIGN, 0, br_rsa_pkcs1_sign_get_default());
	else
		br_ssl_server_set_single_ec(ctx, k->chain, k->chain_len, &k->key.key.ec,
			BR_KEYTYPE_SIGN, 0, br_ec_get_default(), br_ecdsa_sign_asn1_get_default());
}

static bool pair_is_for(struct keypair const *k, char const *name)
{
	return k->name ? ascii_case_is(name, strlen(name), k->name) : !*name;
}

/* Tries the pairs of one name ("" means those without a name) with BearSSL's policy for a single
   certificate. That policy then signs, too. */
static int try_pairs(struct server *s, char const *name, br_ssl_server_choices *choices)
{
	for (size_t i = 0; i < s->pairs_len; i++) {
		if (!pair_is_for(&s->pairs[i], name))
			continue;
		present_pair(&s->ctx, &s->pairs[i]);
		if ((*s->ctx.policy_vtable)->choose(s->ctx.policy_vtable, &s->ctx, choices))
			return 1;
	}
	return 0;
}

static int choose_pair(br_ssl_server_policy_class const **policy, br_ssl_server_context const *ctx,
	br_ssl_server_choices *choices)
{
	struct server *s = (struct server *)(void *)((char *)policy - offsetof(struct server, policy));
	char const *name = br_ssl_engine_get_server_name(&ctx->eng);
	return (*name && try_pairs(s, name, choices)) || try_pairs(s, "", choices);
}

/* These two are never called: try_pairs has replaced the policy by then. */
static uint32_t exchange_keys(br_ssl_server_policy_class const **policy, unsigned char *data, size_t *len)
{
	(void)policy, (void)data, (void)len;
	return 0;
}

static size_t sign_nothing(br_ssl_server_policy_class const **policy, unsigned int algorithm,
	unsigned char *data, size_t hash_len, size_t len)
{
	(void)policy, (void)algorithm, (void)data, (void)hash_len, (void)len;
	return 0;
}

static br_ssl_server_policy_class const by_name = {
	.context_size = sizeof (struct server),
	.choose = choose_pair,
	.do_keyx = exchange_keys,
	.do_sign = sign_nothing,
};

/* --- The engine ----------------------------------------------------------------------- */

static size_t add_suites(uint16_t *ids, size_t n, struct suite const *suites, size_t more)
{
	for (size_t i = 0; i < more; i++)
		ids[n++] = suites[i].id;
	return n;
}

/* Does BearSSL use AES instructions? Its portable code is br_aes_ct or br_aes_ct64. */
static bool has_aes_instructions(br_ssl_engine_context const *eng)
{
	return eng->iaes_ctr != &br_aes_ct_ctr_vtable && eng->iaes_ctr != &br_aes_ct64_ctr_vtable;
}

static void set_suites(br_ssl_engine_context *eng, bool old)
{
	uint16_t ids[LEN(gcm) + LEN(chacha) + LEN(cbc)];
	size_t n = 0;
	br_ssl_engine_set_default_aes_gcm(eng);
	br_ssl_engine_set_default_chapol(eng);
	bool aes_first = has_aes_instructions(eng);
	if (!aes_first)
		n = add_suites(ids, n, chacha, LEN(chacha));
	n = add_suites(ids, n, gcm, LEN(gcm));
	if (aes_first)
		n = add_suites(ids, n, chacha, LEN(chacha));
	if (old) {
		n = add_suites(ids, n, cbc, LEN(cbc));
		br_ssl_engine_set_default_aes_cbc(eng);
	}
	br_ssl_engine_set_suites(eng, ids, n);
}

/* Sets the hash functions. MD5 and SHA-1 are for the older versions only: TLS 1.2 is signed with
   SHA-2. */
static void set_hashes(br_ssl_engine_context *eng, bool old)
{
	br_ssl_engine_set_hash(eng, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(eng, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(eng, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_prf_sha256(eng, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(eng, br_tls12_sha384_prf);
	if (!old)
		return;
	br_ssl_engine_set_hash(eng, br_md5_ID, &br_md5_vtable);
	br_ssl_engine_set_hash(eng, br_sha1_ID, &br_sha1_vtable);
	br_ssl_engine_set_prf10(eng, br_tls10_prf);
}

bool server_init(struct server *s, struct server_room *room, struct keypair const *pairs, size_t n, unsigned int min)
{
	br_ssl_engine_context *eng = &s->ctx.eng;
	br_ssl_server_zero(&s->ctx);
	s->pairs = pairs;
	s->pairs_len = n;
	s->policy = &by_name;
	br_ssl_server_set_policy(&s->ctx, &s->policy);
	br_ssl_engine_set_versions(eng, min, BR_TLS12);
	set_suites(eng, min < BR_TLS12);
	set_hashes(eng, min < BR_TLS12);
	br_ssl_engine_set_ec(eng, br_ec_get_default()); /* of several curves, X25519 first */
	br_ssl_engine_set_all_flags(eng, BR_OPT_ENFORCE_SERVER_PREFERENCES | BR_OPT_NO_RENEGOTIATION);
	br_ssl_engine_set_buffers_bidi(eng, room->in, sizeof room->in, room->out, sizeof room->out);
	return br_ssl_server_reset(&s->ctx);
}

void server_forget(struct server *s)
{
	wipe(s->ctx.eng.session.master_secret, sizeof s->ctx.eng.session.master_secret);
	s->pairs_len = 0;
}

bool server_has_suite(struct server const *s, unsigned int suite)
{
	for (size_t i = 0; i < s->ctx.eng.suites_num; i++)
		if (s->ctx.eng.suites_buf[i] == suite)
			return true;
	return false;
}

char const *server_protocol(struct server const *s)
{
	switch (br_ssl_engine_get_version(&s->ctx.eng)) {
	case BR_TLS10:
		return "TLSv1";
	case BR_TLS11:
		return "TLSv1.1";
	default:
		return "TLSv1.2";
	}
}

char const *server_suite(struct server const *s)
{
	for (size_t f = 0; f < LEN(families); f++)
		for (size_t i = 0; i < families[f].n; i++)
			if (families[f].suites[i].id == s->ctx.eng.session.cipher_suite)
				return families[f].suites[i].name;
	return "";
}

char const *server_name(struct server const *s)
{
	char const *name = br_ssl_engine_get_server_name(&s->ctx.eng);
	for (char const *c = name; *c; c++)
		if (!ascii_is_alpha(*c) && !ascii_is_digit(*c) && !strchr(".-_", *c))
			return NULL;
	return *name ? name : NULL;
}
