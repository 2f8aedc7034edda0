/* The envelope that a queue program reads on descriptor 1 (qmail-queue(8)): `F sender NUL`,
   `T recipient NUL` for each recipient, and one more NUL. Addresses are checked and normalized
   again, since any program may have written them. The recipients are sorted, each once. */
#ifndef SPOOL_ENVELOPE_H
#define SPOOL_ENVELOPE_H

#include "base/buf.h"
#include "mail/address.h"
#include "service/answer.h"
#include "service/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENVELOPE_MAX 1000000

/* Octets of an envelope with n recipients, each twice: the most that envelope_feed keeps. */
#define ENVELOPE_OCTETS(n) ((2 * (n) + 1) * (ADDRESS_MAX + 2) + 1)

enum envelope_state {
	ENVELOPE_MORE, /* the last NUL has not come yet */
	ENVELOPE_DONE,
	ENVELOPE_FORMAT,    /* not of that form */
	ENVELOPE_LONG,      /* an address over ADDRESS_MAX */
	ENVELOPE_SENDER,    /* the sender is not an address */
	ENVELOPE_RECIPIENT, /* a recipient is not an address */
	ENVELOPE_NOBODY,    /* no recipients */
	ENVELOPE_MANY,      /* more recipients than allowed */
	ENVELOPE_NO_MEMORY
};

/* A recipient: text.s[at..at + len). head: its first 8 octets, big-endian, so that most
   comparisons stay inside the array. */
struct envelope_entry {
	uint64_t head;
	uint32_t at, len;
};

struct envelope {
	struct buf pending;   /* octets fed and not read yet */
	struct buf text;      /* the normalized addresses (address_normalize), a NUL after each */
	size_t sender_len;    /* the sender is text.s[0..sender_len) */
	bool has_sender;
	struct envelope_entry *entry;
	size_t count, cap, max;
	enum envelope_state state;
	size_t bad, bad_len;  /* the faulty address in pending, for a message */
};

/* max: the allowed number of different recipients, 1 to ENVELOPE_MAX. Call envelope_free
   in the end. */
void envelope_init(struct envelope *e, size_t max);

/* Takes n more octets. Every state but ENVELOPE_MORE is final. Octets after the last NUL
   are ignored. max bounds the memory. */
enum envelope_state envelope_feed(struct envelope *e, char const *s, size_t n);

/* The i-th recipient of a finished envelope, 0 <= i < count, in the order of octets. */
char const *envelope_recipient(struct envelope const *e, size_t i, size_t *len);
char const *envelope_sender(struct envelope const *e, size_t *len);

/* The refusal for the client; its word is the faulty address. REFUSAL_UNSTATED: no refusal. */
enum refusal envelope_refusal(enum envelope_state state);

/* The exit code that goes with it (service/answer.h). */
enum answer_code envelope_code(enum envelope_state state);

/* Copies the faulty address, cut at size - 1 octets. "": the fault is another. */
void envelope_bad(struct envelope const *e, char *out, size_t size);

/* Frees the memory. */
void envelope_free(struct envelope *e);

#endif
