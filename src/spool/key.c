/* The key of a transaction. Each item is hashed after its length, so that different lists
   of items never are the same octets. */
#include "spool/key.h"

#include "mail/header.h"
#include "base/hash.h"

#include <string.h>

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

int spool_key(char key[SPOOL_KEY], char const *plan, struct envelope const *e,
	char const *message, size_t n, char const *id)
{
	struct buf message_id = BUF_ZERO;
	struct hash h;
	unsigned char digest[HASH_OCTETS];
	size_t mark = header_mark(message, n);
	size_t body, header = header_end(message + mark, n - mark, &body);
	int found = header_find(message + mark, header, "Message-ID", &message_id);
	if (found == 1 && message_id.len == 0)
		found = 0;
	if (found == 1) {
		hash_init_512(&h);
		add_item(&h, plan, strlen(plan));
		add_envelope(&h, e);
		add_item(&h, message_id.s, message_id.len);
		add_item(&h, message, n);
		hash_end(&h, digest);
		hash_hex(key, digest);
	} else {
		memcpy(key, id, strlen(id) + 1);
	}
	buf_free(&message_id);
	return found;
}
