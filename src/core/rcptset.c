/* The recipients of a transaction: an open-addressed table of offsets into the envelope,
   at most seven eighths full. */
#include "core/rcptset.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256, KEEP = 16384 }; /* KEEP: octets kept from one to the next */

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

static size_t length_at(struct rcptset const *set, uint32_t at)
{
	return strlen(set->envelope.s + at);
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

/* The slot that holds the address, or the free one where it belongs. */
static uint32_t find(struct rcptset const *set, char const *address, size_t n)
{
	uint32_t i = (uint32_t)siphash(set->key, address, n) & set->mask, at;
	for (; (at = get(set, i)); i = (i + 1) & set->mask)
		if (strncmp(set->envelope.s + at, address, n) == 0 && set->envelope.s[at + n] == 0)
			break;
	return i;
}

static bool grow(struct rcptset *set)
{
	uint32_t slots = set->mask ? (set->mask + 1) * 2 : FIRST_SLOTS;
	unsigned char *fresh = calloc(slots, set->width);
	if (!fresh)
		return false;
	free(set->slots);
	set->slots = fresh;
	set->mask = slots - 1;
	/* every recipient again: they stand behind the sender, each after a T */
	size_t at = strlen(set->envelope.s) + 2;
	for (uint32_t i = 0; i < set->count; i++) {
		size_t n = length_at(set, (uint32_t)at);
		put(set, find(set, set->envelope.s + at, n), at);
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
