#define _GNU_SOURCE /* memmem */
#include "tls/keypair.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/wait.h"
#include "base/wipe.h"
#include "tls/pem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { RENEWAL_MS = 2000, AGAIN_MS = 20 }; /* the longest time of a renewal, and between two looks at the files */

static bool read_file(struct keypair_text *text, char const *file, struct fault *fault)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t r = -1;
	text->len = 0;
	if (fd < 0)
		return fault_errno(fault, "read", file, errno);
	while (text->len < sizeof text->s && (r = fd_read(fd, text->s + text->len, sizeof text->s - text->len)) > 0)
		text->len += (size_t)r;
	fd_close(fd);
	if (r < 0)
		return fault_errno(fault, "read", file, errno);
	return text->len <= KEYPAIR_FILE || fault_because(fault, "use", file, "it is too large for a PEM file");
}

static void wipe_text(struct keypair_text *text)
{
	wipe(text->s, text->len);
}

/* --- The chain ---------------------------------------------------------------------------- */

static bool ends_in(char const *s, char const *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && strcmp(s + n - m, end) == 0;
}

/* Points k->chain at the certificates, which pem_next decodes in place. Returns NULL, or the fault. */
static char const *find_chain(struct keypair *k, struct pem *p)
{
	enum pem_event e;
	while ((e = pem_next(p)) == PEM_OBJECT || e == PEM_ENCRYPTED) {
		if (e != PEM_OBJECT || (strcmp(p->name, "CERTIFICATE") != 0
				&& strcmp(p->name, "X509 CERTIFICATE") != 0))
			continue;
		if (k->chain_len == KEYPAIR_CHAIN)
			return "it holds too many certificates";
		if (p->len == 0)
			return "it holds an empty certificate";
		k->chain[k->chain_len++] = (br_x509_certificate){p->der, p->len};
	}
	if (e == PEM_BAD)
		return "it is not well-formed PEM";
	return k->chain_len == 0 ? "it holds no certificate" : NULL;
}

/* Moves the chain from the text to memory of its own. */
static bool copy_chain(struct keypair *k)
{
	size_t n = 0;
	for (size_t i = 0; i < k->chain_len; i++)
		n += k->chain[i].data_len;
	unsigned char *to = k->der = malloc(n);
	if (!to)
		return false;
	for (size_t i = 0; i < k->chain_len; i++) {
		memcpy(to, k->chain[i].data, k->chain[i].data_len);
		k->chain[i].data = to;
		to += k->chain[i].data_len;
	}
	return true;
}

static bool load_chain(struct keypair *k, struct keypair_text *text, struct fault *fault)
{
	if (!read_file(text, k->certfile, fault))
		return false;
	char const *why = find_chain(k, &(struct pem){.s = text->s, .n = text->len});
	bool copied = !why && copy_chain(k);
	wipe_text(text);
	if (why)
		return fault_because(fault, "use", k->certfile, why);
	return copied || fault_errno(fault, "load", k->certfile, ENOMEM);
}

/* --- The key ------------------------------------------------------------------------------ */

/* Finds the first private key: PKCS#1, SEC 1 or PKCS#8. Returns NULL, or the fault. */
static char const *find_key(struct keypair *k, struct pem *p)
{
	enum pem_event e;
	do {
		e = pem_next(p);
	} while ((e == PEM_OBJECT || e == PEM_ENCRYPTED) && !ends_in(p->name, "PRIVATE KEY"));
	if (e == PEM_BAD)
		return "it is not well-formed PEM";
	if (e == PEM_END)
		return "it holds no private key";
	if (e == PEM_ENCRYPTED || ends_in(p->name, "ENCRYPTED PRIVATE KEY"))
		return "its private key is encrypted: store it without a passphrase";
	br_skey_decoder_init(&k->key);
	br_skey_decoder_push(&k->key, p->der, p->len);
	return br_skey_decoder_last_error(&k->key) == 0 ? NULL
		: "its private key is damaged, or neither RSA nor EC";
}

/* The lowest 64 bits of a big-endian number. */
static uint64_t low64(unsigned char const *s, size_t n)
{
	uint64_t v = 0;
	for (size_t i = n < 8 ? 0 : n - 8; i < n; i++)
		v = v << 8 | s[i];
	return v;
}

/* Is p * q = n modulo 2^64? Another key passes this with a chance of 1 in 2^63. The whole product costs
   a third of a signature. */
static bool rsa_matches(br_rsa_private_key const *sk, br_rsa_public_key const *pk)
{
	return low64(sk->p, sk->plen) * low64(sk->q, sk->qlen) == low64(pk->n, pk->nlen);
}

/* Do private and public key match? der[0..n): the decoded key file, which usually contains the
   public key, too (RFC 5915). If not, the public key is computed: that takes 120 us, an eighth of
   a session. */
static bool ec_matches(br_ec_private_key const *sk, unsigned char const *der, size_t n, br_ec_public_key const *pk)
{
	unsigned char q[BR_EC_KBUF_PUB_MAX_SIZE];
	br_ec_public_key computed;
	if (sk->curve != pk->curve)
		return false;
	return memmem(der, n, pk->q, pk->qlen)
		|| (br_ec_compute_pub(br_ec_get_default(), &computed, q, sk) == pk->qlen
			&& memcmp(q, pk->q, pk->qlen) == 0);
}

enum match { MATCH, MISMATCH, BROKEN };

/* Reads the key and compares it with the first certificate. MISMATCH, BROKEN: *fault. */
static enum match load_key(struct keypair *k, struct keypair_text *text, struct fault *fault)
{
	br_x509_decoder_context x;
	struct pem p = {.s = text->s};
	br_x509_decoder_init(&x, NULL, NULL);
	br_x509_decoder_push(&x, k->chain[0].data, k->chain[0].data_len);
	br_x509_pkey const *pk = br_x509_decoder_get_pkey(&x);
	if (!pk)
		return fault_because(fault, "use", k->certfile, "its first certificate is malformed"), BROKEN;
	if (!read_file(text, k->keyfile, fault))
		return BROKEN;
	p.n = text->len;
	char const *why = find_key(k, &p);
	bool matches = !why && pk->key_type == k->key.key_type
		&& (pk->key_type == BR_KEYTYPE_RSA ? rsa_matches(&k->key.key.rsa, &pk->key.rsa)
			: ec_matches(&k->key.key.ec, p.der, p.len, &pk->key.ec));
	wipe_text(text);
	if (matches)
		return MATCH;
	fault_because(fault, "use", k->keyfile, why ? why : "it is not the key of the certificate");
	return why ? BROKEN : MISMATCH;
}

/* --- Both --------------------------------------------------------------------------------- */

static enum match load_both(struct keypair *k, struct keypair_text *text, struct fault *fault)
{
	k->der = NULL;
	k->chain_len = 0;
	enum match m = load_chain(k, text, fault) ? load_key(k, text, fault) : BROKEN;
	if (m != MATCH)
		keypair_free(k);
	return m;
}

bool keypair_load(struct keypair *k, struct keypair_text *text, struct fault *fault)
{
	uint64_t deadline = clock_ms() + RENEWAL_MS;
	enum match m;
	while ((m = load_both(k, text, fault)) == MISMATCH && clock_ms() < deadline)
		wait_ready(NULL, 0, clock_ms() + AGAIN_MS, NULL);
	return m == MATCH;
}

void keypair_free(struct keypair *k)
{
	wipe(&k->key, sizeof k->key);
	free(k->der);
	k->der = NULL;
	k->chain_len = 0;
}
