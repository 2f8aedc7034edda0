/* The recipients of a transaction: an open-addressed table of offsets into the envelope,
   at most seven eighths full. */
#include "smtp/rcptset.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256, FEW_SLOTS = 65536, KEEP = 16384 }; /* KEEP: octets kept from one to the next */

void rcptset_init(struct rcptset *set, unsigned char const key[SIPHASH_KEY])
{
	memset(set, 0, sizeof *set);
	memcpy(set->key, key, SIPHASH_KEY);
}

static void drop_slots(struct rcptset *set)
{
	free(set->slots);
	set->slots = NULL;
	set->mask = 0;
}

void rcptset_free(struct rcptset *set)
{
	drop_slots(set);
	buf_free(&set->envelope);
	set->count = 0;
	set->octets = 0;
}

bool rcptset_begin(struct rcptset *set, char const *sender, size_t n)
{
	if (set->envelope.cap > KEEP)
		buf_free(&set->envelope);
	if (set->mask >= FIRST_SLOTS)
		drop_slots(set);
	else if (set->slots)
		memset(set->slots, 0, ((size_t)set->mask + 1) * set->width);
	set->envelope.len = 0;
	set->count = 0;
	set->octets = 0;
	return buf_putc(&set->envelope, 'F') && buf_put(&set->envelope, sender, n)
		&& buf_putc(&set->envelope, 0);
}

static uint32_t get(struct rcptset const *set, uint32_t i)
{
	unsigned char const *p = set->slots + i * set->width;
	uint32_t at = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
	return set->width == 3 ? at : at | (uint32_t)p[3] << 24;
}

static void put(struct rcptset *set, uint32_t i, size_t at)
{
	unsigned char *p = set->slots + i * set->width;
	for (size_t k = 0; k < set->width; k++)
		p[k] = (unsigned char)(at >> 8 * k);
}

/* The slots that an address may be in, one after the other: a step of its own keeps two
   that begin at the same slot from meeting again. */
struct probe {
	uint32_t slot, step;
};

static struct probe probe(struct rcptset const *set, char const *address, size_t n)
{
	uint64_t hash = siphash(set->key, address, n);
	return (struct probe){(uint32_t)hash & set->mask, (uint32_t)(hash >> 32) | 1};
}

static void next(struct rcptset const *set, struct probe *p)
{
	p->slot = (p->slot + p->step) & set->mask;
}

/* Is the address at that place of the envelope? Most are not, and differ early. */
static bool is_at(struct rcptset const *set, size_t at, char const *address, size_t n)
{
	char const *s = set->envelope.s + at;
	size_t i = 0;
	if (n >= set->envelope.len - at || s[n] != 0)
		return false;
	for (uint64_t a, b; n - i >= sizeof a; i += sizeof a) {
		memcpy(&a, s + i, sizeof a);
		memcpy(&b, address + i, sizeof b);
		if (a != b)
			return false;
	}
	while (i < n && s[i] == address[i])
		i++;
	return i == n;
}

/* The slot that holds the address, or the free one where it belongs. */
static uint32_t find(struct rcptset const *set, char const *address, size_t n)
{
	struct probe p = probe(set, address, n);
	for (uint32_t at; (at = get(set, p.slot)) && !is_at(set, at, address, n);)
		next(set, &p);
	return p.slot;
}

/* Four times the slots while they are few: so fewer recipients are hashed again on the
   way. */
static bool grow(struct rcptset *set)
{
	uint32_t had = set->mask + 1, slots = !set->mask ? FIRST_SLOTS : had < FEW_SLOTS ? had * 4 : had * 2;
	unsigned char *fresh = calloc(slots, set->width);
	if (!fresh)
		return false;
	free(set->slots);
	set->slots = fresh;
	set->mask = slots - 1;
	/* every recipient again: they stand behind the sender, each after a T */
	size_t at = strlen(set->envelope.s) + 2;
	for (uint32_t i = 0; i < set->count; i++) {
		size_t n = strlen(set->envelope.s + at);
		struct probe p = probe(set, set->envelope.s + at, n);
		while (get(set, p.slot))
			next(set, &p);
		put(set, p.slot, at);
		at += n + 2;
	}
	return true;
}

enum rcptset_result rcptset_add(struct rcptset *set, char const *address, size_t n,
	uint32_t max, size_t max_octets)
{
	if (!buf_reserve(&set->envelope, n + 2))
		return RCPTSET_NO_MEMORY;
	if (!set->slots) /* 8 MB of addresses, two octets more for each, and a sender: below 16 MB */
		set->width = max_octets < (1 << 23) && max < (1 << 21) ? 3 : 4;
	if ((!set->slots || set->count >= set->mask - set->mask / 8) && !grow(set))
		return RCPTSET_NO_MEMORY;
	uint32_t slot = find(set, address, n);
	if (get(set, slot))
		return RCPTSET_THERE;
	if (set->count >= max || n > max_octets || set->octets > max_octets - n)
		return RCPTSET_FULL;
	char *p = set->envelope.s + set->envelope.len;
	*p = 'T';
	memcpy(p + 1, address, n);
	p[n + 1] = 0;
	put(set, slot, set->envelope.len + 1);
	set->envelope.len += n + 2;
	set->octets += n;
	set->count++;
	return RCPTSET_ADDED;
}

char const *rcptset_envelope(struct rcptset *set, size_t *n)
{
	if (!buf_putc(&set->envelope, 0))
		return NULL;
	*n = set->envelope.len;
	set->envelope.len--;
	return set->envelope.s;
}
