/* The recipients of a transaction. */
#include "smtp/rcptset.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP = 16384 }; /* octets of memory that stay allocated for the next transaction */

/* The envelope of a usual message is in the set: a session without a heap starts faster. */
static void free_envelope(struct rcptset *set)
{
	if (set->envelope.s != set->text)
		buf_free(&set->envelope);
	set->envelope = (struct buf){.s = set->text, .cap = sizeof set->text};
}

/* Makes room for `more` octets in the envelope: moves it to the heap when the set has no room left.
   False: out of memory. */
static bool reserve_envelope(struct rcptset *set, size_t more)
{
	struct buf heap = BUF_ZERO;
	if (set->envelope.s != set->text || more <= set->envelope.cap - set->envelope.len)
		return buf_reserve(&set->envelope, more);
	if (!buf_reserve(&heap, set->envelope.len + more) || !buf_put(&heap, set->text, set->envelope.len))
		return false;
	set->envelope = heap;
	return true;
}

void rcptset_init(struct rcptset *set, unsigned char const key[SIPHASH_KEY])
{
	set->envelope.s = set->text;
	set->slots = set->first;
	memcpy(set->key, key, SIPHASH_KEY);
	rcptset_free(set);
}

/* Frees a larger table: the first one is in use again. */
static void free_slots(struct rcptset *set)
{
	if (set->slots != set->first)
		free(set->slots);
	set->slots = set->first;
	set->mask = RCPTSET_SLOTS - 1;
}

void rcptset_free(struct rcptset *set)
{
	free_slots(set);
	free_envelope(set);
	set->count = 0;
	set->octets = 0;
}

bool rcptset_begin(struct rcptset *set, char const *sender, size_t n)
{
	if (set->envelope.cap > KEEP)
		free_envelope(set);
	free_slots(set);
	memset(set->first, 0, sizeof set->first);
	set->envelope.len = 0;
	set->count = 0;
	set->octets = 0;
	return reserve_envelope(set, n + 2) && buf_putc(&set->envelope, 'F') && buf_put(&set->envelope, sender, n)
		&& buf_putc(&set->envelope, 0);
}

/* Is the address the one at that offset of the envelope? */
static bool is_at(struct rcptset const *set, uint32_t at, char const *address, size_t n)
{
	char const *s = set->envelope.s + at;
	return n < set->envelope.len - at && s[n] == 0 && memcmp(s, address, n) == 0;
}

/* The slot that holds the address, or the free slot where it belongs. */
static uint32_t find_slot(struct rcptset const *set, char const *address, size_t n)
{
	uint32_t i = (uint32_t)siphash(set->key, address, n) & set->mask;
	while (set->slots[i] && !is_at(set, set->slots[i], address, n))
		i = (i + 1) & set->mask;
	return i;
}

/* Makes the table 16 times as large, and enters every recipient again. With a factor of 2, this
   would take a quarter of the time of a RCPT. */
static bool grow_table(struct rcptset *set)
{
	uint32_t slots = (set->mask + 1) * 16;
	uint32_t *fresh = calloc(slots, sizeof *fresh);
	if (!fresh)
		return false;
	free_slots(set);
	set->slots = fresh;
	set->mask = slots - 1;
	size_t at = strlen(set->envelope.s) + 2; /* after the sender's NUL and a T */
	for (uint32_t i = 0; i < set->count; i++) {
		size_t n = strlen(set->envelope.s + at);
		set->slots[find_slot(set, set->envelope.s + at, n)] = (uint32_t)at;
		at += n + 2;
	}
	return true;
}

enum rcptset_result rcptset_add(struct rcptset *set, char const *address, size_t n,
	uint32_t max, size_t max_octets)
{
	if (!reserve_envelope(set, n + 2))
		return RCPTSET_NO_MEMORY;
	if (set->count >= set->mask - set->mask / 8 && !grow_table(set))
		return RCPTSET_NO_MEMORY;
	uint32_t slot = find_slot(set, address, n);
	if (set->slots[slot])
		return RCPTSET_THERE;
	if (set->count >= max || n > max_octets || set->octets > max_octets - n)
		return RCPTSET_FULL;
	char *p = set->envelope.s + set->envelope.len;
	*p = 'T';
	memcpy(p + 1, address, n);
	p[n + 1] = 0;
	set->slots[slot] = (uint32_t)set->envelope.len + 1;
	set->envelope.len += n + 2;
	set->octets += n;
	set->count++;
	return RCPTSET_ADDED;
}

char const *rcptset_envelope(struct rcptset *set, size_t *n)
{
	if (!reserve_envelope(set, 1) || !buf_putc(&set->envelope, 0))
		return NULL;
	*n = set->envelope.len;
	set->envelope.len--;
	return set->envelope.s;
}
