/* The key of a transaction. */
#include "spool/key.h"

#include "base/hash.h"
#include "mail/header.h"
#include "spool/fingerprint.h"

#include <string.h>

static void add_envelope(struct hash *h, struct envelope const *e)
{
	size_t n;
	char const *s = envelope_sender(e, &n);
	fingerprint_add_item(h, s, n);
	fingerprint_add_number(h, e->count);
	for (size_t i = 0; i < e->count; i++) {
		s = envelope_recipient(e, i, &n);
		fingerprint_add_item(h, s, n);
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
		fingerprint_add_item(&h, plan, strlen(plan));
		add_envelope(&h, e);
		fingerprint_add_item(&h, message_id.s, message_id.len);
		if (!fingerprint_add(&h, message, n))
			found = -1;
		hash_end(&h, digest);
		hash_hex(key, digest);
	} else {
		memcpy(key, id, strlen(id) + 1);
	}
	buf_free(&message_id);
	return found;
}
