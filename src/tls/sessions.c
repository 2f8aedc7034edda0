#include "tls/sessions.h"

#include "base/secret.h"
#include "base/wipe.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/uint64.h>

/* An entry of the file, by offset and length:
     0  16  a MAC of the session ID, by which it is found
    16   8  the time when it was written, in seconds: a new entry replaces the oldest of its bucket
    24  52  encrypted: version, suite, master secret
    76  16  the tag of the encryption
    92  36  zeroes
   The first bucket is the header of the file. */
enum {
	FIND = 16, STAMP = 8, PLAIN = 2 + 2 + 48, SEAL = 16,
	ENTRY = 128, ENTRIES = 4, BUCKET = ENTRY * ENTRIES,
	BOX_AT = FIND + STAMP
};

/* The place of a session under one secret, and the key of its entry. */
struct place {
	unsigned char find[FIND], key[br_sha256_SIZE];
	off_t bucket;
};

/* Not time(2): the filter of system calls does not allow it. */
static uint64_t now_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec;
}

static uint64_t number_at(unsigned char const *s)
{
	uint64_t v;
	uint64_unpack((char const *)s, &v);
	return v;
}

static void session_mac(unsigned char out[br_sha256_SIZE], unsigned char const secret[SESSIONS_SECRET],
	char purpose, br_ssl_session_parameters const *params)
{
	br_hmac_key_context key;
	br_hmac_context c;
	br_hmac_key_init(&key, &br_sha256_vtable, secret, SESSIONS_SECRET);
	br_hmac_init(&c, &key, 0);
	br_hmac_update(&c, &purpose, 1);
	br_hmac_update(&c, params->session_id, params->session_id_len);
	br_hmac_out(&c, out);
}

static void locate_session(struct place *p, struct sessions const *s, struct sessions_secret const *secret,
	br_ssl_session_parameters const *params)
{
	unsigned char h[br_sha256_SIZE];
	session_mac(h, secret->key, 'f', params);
	memcpy(p->find, h, FIND);
	p->bucket = (off_t)((1 + number_at(h + FIND) % s->buckets) * BUCKET);
	session_mac(p->key, secret->key, 'k', params);
}

/* Encrypts (encrypt = 1) or decrypts box[0..PLAIN) in place and computes its tag. A key is used for one
   session, whose content never changes: the nonce can be constant. */
static void crypt_box(struct sessions const *s, struct place const *p, unsigned char const *stamp,
	unsigned char *box, unsigned char *seal, int encrypt)
{
	static unsigned char const nonce[12] = {0};
	unsigned char aad[FIND + STAMP + sizeof s->name];
	memcpy(aad, p->find, FIND);
	memcpy(aad + FIND, stamp, STAMP);
	memcpy(aad + FIND + STAMP, s->name, sizeof s->name);
	br_poly1305_ctmul_run(p->key, nonce, box, PLAIN, aad, sizeof aad, seal,
		br_chacha20_ct_run, encrypt);
}

/* Would this server have negotiated it? The file may be shared with servers that have other limits, and
   the engine does not check. */
static bool is_acceptable(struct sessions const *s, unsigned int version, unsigned int suite)
{
	br_ssl_engine_context const *eng = &s->server->ctx.eng;
	return version >= eng->version_min && version <= eng->version_max
		&& server_has_suite(s->server, suite);
}

/* Decrypts one entry to params. False: it is another session's, or damaged. */
static bool decrypt_entry(struct sessions const *s, struct place const *p, unsigned char const *entry,
	br_ssl_session_parameters *params)
{
	unsigned char box[PLAIN], seal[SEAL];
	bool is_usable = false;
	if (memcmp(entry, p->find, FIND) != 0)
		return false;
	memcpy(box, entry + BOX_AT, PLAIN);
	crypt_box(s, p, entry + FIND, box, seal, 0);
	if (secret_is_equal(seal, entry + BOX_AT + PLAIN, SEAL)) {
		unsigned int version = (unsigned int)(box[0] << 8 | box[1]);
		unsigned int suite = (unsigned int)(box[2] << 8 | box[3]);
		is_usable = is_acceptable(s, version, suite);
		if (is_usable) {
			params->version = (uint16_t)version;
			params->cipher_suite = (uint16_t)suite;
			memcpy(params->master_secret, box + 4, sizeof params->master_secret);
		}
	}
	wipe(box, sizeof box);
	return is_usable;
}

static bool load_with_secret(struct sessions const *s, struct sessions_secret const *secret,
	br_ssl_session_parameters *params)
{
	unsigned char bucket[BUCKET];
	struct place p;
	bool found = false;
	locate_session(&p, s, secret, params);
	if (pread(s->fd, bucket, BUCKET, p.bucket) == BUCKET)
		for (size_t i = 0; i < ENTRIES && !found; i++)
			found = decrypt_entry(s, &p, bucket + i * ENTRY, params);
	wipe(&p, sizeof p);
	return found;
}

static int load_session(br_ssl_session_cache_class const **cache, br_ssl_server_context *ctx,
	br_ssl_session_parameters *params)
{
	struct sessions *s = (struct sessions *)(void *)cache;
	bool found = false;
	(void)ctx;
	if (s->fd < 0 || !s->name_known)
		return 0;
	for (int i = 0; i < 2 && !found; i++)
		found = s->secrets[i].known && load_with_secret(s, &s->secrets[i], params);
	return found;
}

/* The entry to replace: never written, or the oldest. */
static size_t oldest_entry(unsigned char const *bucket)
{
	size_t oldest = 0;
	for (size_t i = 1; i < ENTRIES; i++)
		if (number_at(bucket + i * ENTRY + FIND) < number_at(bucket + oldest * ENTRY + FIND))
			oldest = i;
	return oldest;
}

/* Saves a session. If this fails, the session is not found later, and a full handshake follows. */
static void save_session(br_ssl_session_cache_class const **cache, br_ssl_server_context *ctx,
	br_ssl_session_parameters const *params)
{
	struct sessions *s = (struct sessions *)(void *)cache;
	unsigned char bucket[BUCKET], entry[ENTRY] = {0};
	struct place p;
	(void)ctx;
	if (s->fd < 0 || !s->name_known || !s->secrets[0].known)
		return;
	locate_session(&p, s, &s->secrets[0], params);
	if (pread(s->fd, bucket, BUCKET, p.bucket) == BUCKET) {
		unsigned char *box = entry + BOX_AT;
		memcpy(entry, p.find, FIND);
		uint64_pack((char *)entry + FIND, now_seconds());
		box[0] = (unsigned char)(params->version >> 8);
		box[1] = (unsigned char)params->version;
		box[2] = (unsigned char)(params->cipher_suite >> 8);
		box[3] = (unsigned char)params->cipher_suite;
		memcpy(box + 4, params->master_secret, sizeof params->master_secret);
		crypt_box(s, &p, entry + FIND, box, box + PLAIN, 1);
		(void)!pwrite(s->fd, entry, ENTRY, p.bucket + (off_t)(oldest_entry(bucket) * ENTRY));
	}
	wipe(&p, sizeof p);
}

static br_ssl_session_cache_class const in_file = {
	.context_size = sizeof (struct sessions),
	.save = save_session,
	.load = load_session,
};

void sessions_join(struct sessions *s, struct server *server)
{
	s->cache = &in_file;
	s->server = server;
	s->name_known = false;
	if (s->fd >= 0)
		br_ssl_server_set_cache(&server->ctx, &s->cache);
}

void sessions_set_name(struct sessions *s, unsigned char const *name, size_t n)
{
	br_sha256_context c;
	br_sha256_init(&c);
	br_sha256_update(&c, name, n);
	br_sha256_out(&c, s->name);
	s->name_known = true;
}

void sessions_close(struct sessions *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	wipe(s->secrets, sizeof s->secrets);
}
