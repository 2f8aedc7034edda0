/* A certificate chain and its private key, from PEM files. */
#include "tls/keypair.h"

#include "core/buf.h"
#include "core/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (1 << 18)      /* a PEM file larger than this is something else */
#define RSA_OCTETS 512          /* what BearSSL signs with: 4096 bits */

/* The octets of one PEM file. Room is made beforehand, so that a growing buffer leaves no
   copy of a key behind. */
static bool slurp(char const *file, struct buf *b, struct keypair_fault *fault)
{
	*fault = (struct keypair_fault){file, "cannot be read", 0};
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t r = -1;
	if (fd >= 0 && buf_reserve(b, FILE_MAX + 1)) {
		do {
			r = read(fd, b->s + b->len, FILE_MAX + 1 - b->len);
			if (r > 0)
				b->len += (size_t)r;
		} while (r > 0 || (r < 0 && errno == EINTR));
	}
	fault->error = errno;
	if (fd >= 0)
		close(fd);
	if (r == 0 && b->len <= FILE_MAX)
		return true;
	if (r >= 0)
		*fault = (struct keypair_fault){file, "is too large for a PEM file", 0};
	return false;
}

/* `used`: how many of its octets have ever been written. */
static void forget(struct buf *b, size_t used)
{
	if (b->s)
		wipe(b->s, used);
	buf_free(b);
}

/* --- PEM -------------------------------------------------------------------------- */

/* Told of each object: its PEM name and what is in it. False stops. */
typedef bool pem_object(void *to, char const *name, unsigned char const *der, size_t n);

struct sink {
	struct buf der;
	bool full;
};

static void sink_put(void *to, void const *s, size_t n)
{
	struct sink *sink = to;
	if (!buf_put(&sink->der, s, n))
		sink->full = true;
}

/* Walks through the objects of a PEM file; false when one is malformed or unfinished, or
   when `object` stopped. */
static bool pem_walk(struct buf const *file, pem_object *object, void *to)
{
	struct sink sink = {BUF_ZERO, false};
	char name[sizeof ((br_pem_decoder_context *)NULL)->name];
	br_pem_decoder_context pem;
	bool ok = buf_reserve(&sink.der, file->len), inside = false;
	br_pem_decoder_init(&pem);
	for (size_t at = 0; ok && at < file->len;) {
		at += br_pem_decoder_push(&pem, file->s + at, file->len - at);
		switch (br_pem_decoder_event(&pem)) {
		case BR_PEM_BEGIN_OBJ:
			memcpy(name, br_pem_decoder_name(&pem), sizeof name);
			sink.der.len = 0;
			br_pem_decoder_setdest(&pem, sink_put, &sink);
			inside = true;
			break;
		case BR_PEM_END_OBJ:
			inside = false;
			ok = !sink.full && object(to, name, (unsigned char *)sink.der.s, sink.der.len);
			break;
		case BR_PEM_ERROR:
			ok = false;
			break;
		}
	}
	wipe(&pem, sizeof pem);
	forget(&sink.der, file->len);
	return ok && !inside;
}

/* --- The chain ---------------------------------------------------------------------- */

struct chain {
	struct buf der;
	size_t end[KEYPAIR_CHAIN];
	size_t n;
};

static bool add_certificate(void *to, char const *name, unsigned char const *der, size_t n)
{
	struct chain *c = to;
	if (strcmp(name, "CERTIFICATE") != 0 && strcmp(name, "X509 CERTIFICATE") != 0)
		return true;
	if (c->n == KEYPAIR_CHAIN || !buf_put(&c->der, (char const *)der, n))
		return false;
	c->end[c->n++] = c->der.len;
	return true;
}

static bool load_chain(struct keypair *k, struct keypair_fault *fault)
{
	struct buf file = BUF_ZERO;
	struct chain c = {.der = BUF_ZERO};
	bool ok = slurp(k->certfile, &file, fault);
	if (ok) {
		ok = pem_walk(&file, add_certificate, &c);
		*fault = (struct keypair_fault){k->certfile, "is not well-formed PEM, or holds too much", 0};
	}
	if (ok && c.n == 0) {
		ok = false;
		fault->why = "holds no certificate";
	}
	forget(&file, file.len);
	if (!ok) {
		buf_free(&c.der);
		return false;
	}
	k->der = (unsigned char *)c.der.s;
	k->chain_len = c.n;
	for (size_t i = 0, at = 0; i < c.n; at = c.end[i++])
		k->chain[i] = (br_x509_certificate){k->der + at, c.end[i] - at};
	return true;
}

/* --- The key ------------------------------------------------------------------------ */

struct keyhole {
	br_skey_decoder_context *key;
	bool found, encrypted;
};

static bool ends_in(char const *s, char const *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && strcmp(s + n - m, end) == 0;
}

/* The first object that is called a private key: PKCS#1, SEC 1 or PKCS#8. */
static bool add_key(void *to, char const *name, unsigned char const *der, size_t n)
{
	struct keyhole *h = to;
	if (h->found || !ends_in(name, "PRIVATE KEY"))
		return true;
	h->found = true;
	h->encrypted = ends_in(name, "ENCRYPTED PRIVATE KEY");
	br_skey_decoder_init(h->key);
	br_skey_decoder_push(h->key, der, n);
	return true;
}

static bool load_key(struct keypair *k, struct keypair_fault *fault)
{
	struct buf file = BUF_ZERO;
	struct keyhole h = {.key = &k->key};
	bool ok = slurp(k->keyfile, &file, fault);
	if (ok) {
		*fault = (struct keypair_fault){k->keyfile, NULL, 0};
		if (!pem_walk(&file, add_key, &h))
			fault->why = "is not well-formed PEM";
		else if (!h.found)
			fault->why = "holds no private key";
		else if (h.encrypted)
			fault->why = "holds an encrypted key; saca-tlsd asks for no passphrase";
		else if (br_skey_decoder_last_error(&k->key) != 0)
			fault->why = "holds a private key that is neither RSA nor EC, or a broken one";
		ok = !fault->why;
	}
	forget(&file, file.len);
	return ok;
}

/* --- Do they belong together? --------------------------------------------------------- */

static bool same_number(unsigned char const *a, size_t an, unsigned char const *b, size_t bn)
{
	for (; an && !*a; an--)
		a++;
	for (; bn && !*b; bn--)
		b++;
	return an == bn && memcmp(a, b, an) == 0;
}

static bool rsa_matches(br_rsa_private_key const *sk, br_rsa_public_key const *pk)
{
	unsigned char n[RSA_OCTETS];
	br_rsa_compute_modulus modulus = br_rsa_compute_modulus_get_default();
	size_t len = modulus(NULL, sk);
	return len > 0 && len <= sizeof n && modulus(n, sk) == len
		&& same_number(n, len, pk->n, pk->nlen);
}

static bool ec_matches(br_ec_private_key const *sk, br_ec_public_key const *pk)
{
	unsigned char q[BR_EC_KBUF_PUB_MAX_SIZE];
	br_ec_public_key mine;
	return sk->curve == pk->curve
		&& br_ec_compute_pub(br_ec_get_default(), &mine, q, sk) == pk->qlen
		&& memcmp(q, pk->q, pk->qlen) == 0;
}

static br_x509_pkey const *leaf(struct keypair const *k, br_x509_decoder_context *x)
{
	br_x509_decoder_init(x, NULL, NULL);
	br_x509_decoder_push(x, k->chain[0].data, k->chain[0].data_len);
	return br_x509_decoder_get_pkey(x);
}

bool keypair_matches(struct keypair const *k)
{
	br_x509_decoder_context x;
	br_x509_pkey const *pk = leaf(k, &x);
	if (!pk || pk->key_type != k->key.key_type)
		return false;
	return pk->key_type == BR_KEYTYPE_RSA ? rsa_matches(&k->key.key.rsa, &pk->key.rsa)
		: ec_matches(&k->key.key.ec, &pk->key.ec);
}

static bool fits(struct keypair const *k, struct keypair_fault *fault)
{
	br_x509_decoder_context x;
	br_x509_pkey const *pk = leaf(k, &x);
	*fault = (struct keypair_fault){k->certfile, NULL, 0};
	if (!pk)
		fault->why = "begins with a certificate that cannot be read";
	else if (pk->key_type != k->key.key_type
			|| (pk->key_type == BR_KEYTYPE_EC && pk->key.ec.curve != k->key.key.ec.curve)
			|| (pk->key_type == BR_KEYTYPE_RSA && !rsa_matches(&k->key.key.rsa, &pk->key.rsa)))
		*fault = (struct keypair_fault){k->keyfile, "is not the key of the certificate", 0};
	return !fault->why;
}

bool keypair_load(struct keypair *k, struct keypair_fault *fault)
{
	k->der = NULL;
	k->chain_len = 0;
	if (load_chain(k, fault) && load_key(k, fault) && fits(k, fault))
		return true;
	keypair_free(k);
	return false;
}

void keypair_free(struct keypair *k)
{
	wipe(&k->key, sizeof k->key);
	free(k->der);
	k->der = NULL;
	k->chain_len = 0;
}
