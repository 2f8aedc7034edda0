/* The key of a transaction. Most of its time goes into the message, so that part has the faster
   hash. SipHash stops nobody who knows its key from making two messages with one hash. Here such
   messages have one plan, one sender, the same recipients and one Message-ID: only a customer can
   make them, and only his own second message is lost. */
#include "spool/key.h"

#include "base/hash.h"
#include "mail/header.h"
#include "spool/fingerprint.h"

#include <string.h>

#define NAMED 16 /* octets of the SHA-512 that are in the key; the next ones are SipHash's key */

_Static_assert(NAMED + SIPHASH_KEY == HASH_OCTETS, "the hash is used as a whole");
_Static_assert(2 * (NAMED + SIPHASH_OCTETS) + 1 == SPOOL_KEY, "a key is both hashes");

static void add_number(struct hash *h, uint64_t v)
{
	unsigned char octets[8];
	for (int i = 8; i-- > 0; v >>= 8)
		octets[i] = (unsigned char)v;
	hash_add(h, octets, sizeof octets);
}

static void add_item(struct hash *h, char const *s, size_t n)
{
	add_number(h, n);
	if (n)
		hash_add(h, s, n);
}

static void add_envelope(struct hash *h, struct envelope const *e)
{
	size_t n;
	char const *s = envelope_sender(e, &n);
	add_item(h, s, n);
	add_number(h, e->count);
	for (size_t i = 0; i < e->count; i++) {
		s = envelope_recipient(e, i, &n);
		add_item(h, s, n);
	}
}

static bool hash_transaction(unsigned char digest[HASH_OCTETS], char const *plan, struct envelope const *e,
	struct buf const *message_id, char const *message, size_t n)
{
	struct hash h;
	struct siphash content;
	hash_init_512(&h);
	add_item(&h, plan, strlen(plan));
	add_envelope(&h, e);
	add_item(&h, message_id->s, message_id->len);
	hash_end(&h, digest);
	siphash_init(&content, digest + NAMED);
	bool done = fingerprint_add(&content, message, n);
	siphash_end(&content, digest + NAMED);
	return done;
}

int spool_key(char key[SPOOL_KEY], char const *plan, struct envelope const *e,
	char const *message, size_t n, char const *id)
{
	struct buf message_id = BUF_ZERO;
	unsigned char digest[HASH_OCTETS];
	size_t mark = header_mark(message, n);
	size_t body, header = header_end(message + mark, n - mark, &body);
	int found = header_find(message + mark, header, "Message-ID", &message_id);
	if (found == 1 && message_id.len == 0)
		found = 0;
	if (found == 1 && !hash_transaction(digest, plan, e, &message_id, message, n))
		found = -1;
	if (found == 1)
		hash_hex(key, digest);
	else
		memcpy(key, id, strlen(id) + 1);
	buf_free(&message_id);
	return found;
}
