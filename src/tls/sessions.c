/* Sessions to be resumed by another process. */
#include "tls/sessions.h"

#include "base/wipe.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* An entry in the file:
     0  16  where it is found (a MAC of the session ID)
    16   8  when it was written, in seconds: the oldest of a bucket makes room
    24  52  sealed: version, suite, master secret
    76  16  the seal
   and zeroes to 128. The first bucket's room is the file's header. */
enum {
	FIND = 16, STAMP = 8, PLAIN = 2 + 2 + 48, SEAL = 16,
	ENTRY = 128, ENTRIES = 4, BUCKET = ENTRY * ENTRIES,
	BOX_AT = FIND + STAMP
};

/* Where a session lies under one secret, and what opens it. */
struct place {
	unsigned char find[FIND], key[br_sha256_SIZE];
	off_t bucket;
};

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec;
}

static void put64(unsigned char *s, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		s[i] = (unsigned char)(v >> 8 * i);
}

static uint64_t get64(unsigned char const *s)
{
	uint64_t v = 0;
	for (int i = 8; i-- > 0;)
		v = v << 8 | s[i];
	return v;
}

static void mac(unsigned char out[br_sha256_SIZE], unsigned char const secret[SESSIONS_SECRET],
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

static void locate(struct place *p, struct sessions const *s, struct sessions_secret const *secret,
	br_ssl_session_parameters const *params)
{
	unsigned char h[br_sha256_SIZE];
	mac(h, secret->key, 'f', params);
	memcpy(p->find, h, FIND);
	p->bucket = (off_t)((1 + get64(h + FIND) % s->buckets) * BUCKET);
	mac(p->key, secret->key, 'k', params);
}

/* Seals (encrypt = 1) or opens box[0..PLAIN) in place and computes its seal. Every key
   serves one session, whose content never changes, so that the nonce need not. */
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

static bool same(unsigned char const *a, unsigned char const *b, size_t n)
{
	unsigned char d = 0;
	for (size_t i = 0; i < n; i++)
		d = (unsigned char)(d | (a[i] ^ b[i]));
	return d == 0;
}

/* Only what this server would have negotiated itself: the file may be shared by servers
   with other limits, and the engine does not look again. */
static bool acceptable(struct sessions const *s, unsigned int version, unsigned int suite)
{
	br_ssl_engine_context const *eng = &s->server->ctx.eng;
	return version >= eng->version_min && version <= eng->version_max
		&& server_has_suite(s->server, suite);
}

/* Opens one entry into params; false when it is another's, or broken. */
static bool open_entry(struct sessions const *s, struct place const *p, unsigned char const *entry,
	br_ssl_session_parameters *params)
{
	unsigned char box[PLAIN], seal[SEAL];
	bool ok = false;
	if (memcmp(entry, p->find, FIND) != 0)
		return false;
	memcpy(box, entry + BOX_AT, PLAIN);
	crypt_box(s, p, entry + FIND, box, seal, 0);
	if (same(seal, entry + BOX_AT + PLAIN, SEAL)) {
		unsigned int version = (unsigned int)(box[0] << 8 | box[1]);
		unsigned int suite = (unsigned int)(box[2] << 8 | box[3]);
		ok = acceptable(s, version, suite);
		if (ok) {
			params->version = (uint16_t)version;
			params->cipher_suite = (uint16_t)suite;
			memcpy(params->master_secret, box + 4, sizeof params->master_secret);
		}
	}
	wipe(box, sizeof box);
	return ok;
}

static bool load_with(struct sessions const *s, struct sessions_secret const *secret,
	br_ssl_session_parameters *params)
{
	unsigned char bucket[BUCKET];
	struct place p;
	bool found = false;
	locate(&p, s, secret, params);
	if (pread(s->fd, bucket, BUCKET, p.bucket) == BUCKET)
		for (size_t i = 0; i < ENTRIES && !found; i++)
			found = open_entry(s, &p, bucket + i * ENTRY, params);
	wipe(&p, sizeof p);
	return found;
}

static int load(br_ssl_session_cache_class const **cache, br_ssl_server_context *ctx,
	br_ssl_session_parameters *params)
{
	struct sessions *s = (struct sessions *)(void *)cache;
	bool found = false;
	if (s->fd < 0 || !s->usable)
		return 0;
	for (int i = 0; i < 2 && !found; i++)
		found = s->secrets[i].known && load_with(s, &s->secrets[i], params);
	if (found)
		server_equip(ctx, params->cipher_suite);
	return found;
}

/* The entry of a bucket that goes: never written, or written first. */
static size_t victim(unsigned char const *bucket)
{
	size_t oldest = 0;
	for (size_t i = 1; i < ENTRIES; i++)
		if (get64(bucket + i * ENTRY + FIND) < get64(bucket + oldest * ENTRY + FIND))
			oldest = i;
	return oldest;
}

/* A save that fails is a session that is not found later; there is nobody to tell. */
static void save(br_ssl_session_cache_class const **cache, br_ssl_server_context *ctx,
	br_ssl_session_parameters const *params)
{
	struct sessions *s = (struct sessions *)(void *)cache;
	unsigned char bucket[BUCKET], entry[ENTRY] = {0};
	struct place p;
	(void)ctx;
	if (s->fd < 0 || !s->usable || !s->secrets[0].known)
		return;
	locate(&p, s, &s->secrets[0], params);
	if (pread(s->fd, bucket, BUCKET, p.bucket) == BUCKET) {
		unsigned char *box = entry + BOX_AT;
		memcpy(entry, p.find, FIND);
		put64(entry + FIND, now());
		box[0] = (unsigned char)(params->version >> 8);
		box[1] = (unsigned char)params->version;
		box[2] = (unsigned char)(params->cipher_suite >> 8);
		box[3] = (unsigned char)params->cipher_suite;
		memcpy(box + 4, params->master_secret, sizeof params->master_secret);
		crypt_box(s, &p, entry + FIND, box, box + PLAIN, 1);
		ssize_t r = pwrite(s->fd, entry, ENTRY, p.bucket + (off_t)(victim(bucket) * ENTRY));
		(void)r;
	}
	wipe(&p, sizeof p);
}

static br_ssl_session_cache_class const in_file = {
	.context_size = sizeof (struct sessions),
	.save = save,
	.load = load,
};

void sessions_join(struct sessions *s, struct server *server)
{
	s->cache = &in_file;
	s->server = server;
	s->usable = false;
	if (s->fd >= 0)
		br_ssl_server_set_cache(&server->ctx, &s->cache);
}

void sessions_name(struct sessions *s, unsigned char const *name, size_t n)
{
	br_sha256_context c;
	br_sha256_init(&c);
	br_sha256_update(&c, name, n);
	br_sha256_out(&c, s->name);
	s->usable = true;
}

void sessions_close(struct sessions *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	wipe(s->secrets, sizeof s->secrets);
}
