/* A certificate chain and its private key, from PEM files. */
#include "tls/keypair.h"

#include "base/wipe.h"
#include "tls/pem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (1 << 18) /* a PEM file larger than this is something else */

/* One PEM file at a time. What a file does not reach of this costs nothing, and to get memory
   for each and give it back would cost more than to decode it. */
static struct {
	char s[FILE_MAX + 1];
	size_t len;
} text;

static bool slurp(char const *file, struct keypair_fault *fault)
{
	*fault = (struct keypair_fault){file, "cannot be read", 0};
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t r = -1;
	text.len = 0;
	if (fd >= 0) {
		do {
			r = read(fd, text.s + text.len, sizeof text.s - text.len);
			if (r > 0)
				text.len += (size_t)r;
		} while (r > 0 || (r < 0 && errno == EINTR));
	}
	fault->error = errno;
	if (fd >= 0)
		close(fd);
	if (r == 0 && text.len <= FILE_MAX)
		return true;
	if (r >= 0)
		*fault = (struct keypair_fault){file, "is too large for a PEM file", 0};
	return false;
}

static void forget(void)
{
	wipe(text.s, text.len);
}

/* --- The chain ---------------------------------------------------------------------- */

static bool ends_in(char const *s, char const *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && strcmp(s + n - m, end) == 0;
}

/* Points k->chain at the certificates in the text, which they overwrite. */
static char const *find_chain(struct keypair *k, struct pem *p)
{
	enum pem_event e;
	while ((e = pem_next(p)) == PEM_OBJECT || e == PEM_ENCRYPTED) {
		if (e != PEM_OBJECT || (strcmp(p->name, "CERTIFICATE") != 0
				&& strcmp(p->name, "X509 CERTIFICATE") != 0))
			continue;
		if (k->chain_len == KEYPAIR_CHAIN)
			return "holds too many certificates";
		if (p->len == 0)
			return "holds an empty certificate";
		k->chain[k->chain_len++] = (br_x509_certificate){p->der, p->len};
	}
	if (e == PEM_BAD)
		return "is not well-formed PEM";
	return k->chain_len == 0 ? "holds no certificate" : NULL;
}

/* Moves the chain to memory of its own. */
static bool keep_chain(struct keypair *k)
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

static bool load_chain(struct keypair *k, struct keypair_fault *fault)
{
	bool ok = slurp(k->certfile, fault);
	if (ok) {
		char const *why = find_chain(k, &(struct pem){.s = text.s, .n = text.len});
		ok = !why && keep_chain(k);
		if (!ok)
			*fault = (struct keypair_fault){k->certfile, why ? why : "cannot be kept", why ? 0 : ENOMEM};
	}
	forget();
	return ok;
}

/* --- The key ------------------------------------------------------------------------ */

/* The first object that is called a private key: PKCS#1, SEC 1 or PKCS#8. */
static char const *find_key(struct keypair *k, struct pem *p)
{
	enum pem_event e;
	do {
		e = pem_next(p);
	} while ((e == PEM_OBJECT || e == PEM_ENCRYPTED) && !ends_in(p->name, "PRIVATE KEY"));
	if (e == PEM_BAD)
		return "is not well-formed PEM";
	if (e == PEM_END)
		return "holds no private key";
	if (e == PEM_ENCRYPTED || ends_in(p->name, "ENCRYPTED PRIVATE KEY"))
		return "holds an encrypted key, and nobody is asked for passphrases";
	br_skey_decoder_init(&k->key);
	br_skey_decoder_push(&k->key, p->der, p->len);
	return br_skey_decoder_last_error(&k->key) == 0 ? NULL
		: "holds a private key that is broken, or neither RSA nor EC";
}

static bool load_key(struct keypair *k, struct keypair_fault *fault)
{
	bool ok = slurp(k->keyfile, fault);
	if (ok) {
		*fault = (struct keypair_fault){k->keyfile, NULL, 0};
		fault->why = find_key(k, &(struct pem){.s = text.s, .n = text.len});
		ok = !fault->why;
	}
	forget();
	return ok;
}

/* --- Do they belong together? --------------------------------------------------------- */

/* The lowest 64 bits of a big-endian number. */
static uint64_t low64(unsigned char const *s, size_t n)
{
	uint64_t v = 0;
	for (size_t i = n < 8 ? 0 : n - 8; i < n; i++)
		v = v << 8 | s[i];
	return v;
}

/* p * q = n, looked at modulo 2^64: the product itself would cost a third of a signature,
   and another key passes by one chance in 2^63. */
static bool rsa_matches(br_rsa_private_key const *sk, br_rsa_public_key const *pk)
{
	return low64(sk->p, sk->plen) * low64(sk->q, sk->qlen) == low64(pk->n, pk->nlen);
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
