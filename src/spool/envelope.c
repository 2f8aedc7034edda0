/* The envelope. n recipients take their octets and 32 more for each, and half as many again
   while they are sorted. Sorting takes O(n log n), whatever their order. */
#include "spool/envelope.h"

#include "base/array.h"

#include "mail/address.h"

#include <stdlib.h>
#include <string.h>

void envelope_init(struct envelope *e, size_t max)
{
	*e = (struct envelope){.max = max};
}

void envelope_free(struct envelope *e)
{
	buf_free(&e->text);
	buf_free(&e->pending);
	free(e->entry);
	e->entry = NULL;
	e->count = e->cap = 0;
}

char const *envelope_recipient(struct envelope const *e, size_t i, size_t *len)
{
	*len = e->entry[i].len;
	return e->text.s + e->entry[i].at;
}

char const *envelope_sender(struct envelope const *e, size_t *len)
{
	*len = e->sender_len;
	return e->text.s;
}

enum refusal envelope_refusal(enum envelope_state state)
{
	static enum refusal const refusals[] = {
		[ENVELOPE_FORMAT] = REFUSAL_ENVELOPE,
		[ENVELOPE_LONG] = REFUSAL_ADDRESS,
		[ENVELOPE_SENDER] = REFUSAL_SENDER,
		[ENVELOPE_RECIPIENT] = REFUSAL_RECIPIENT,
		[ENVELOPE_NOBODY] = REFUSAL_NO_RECIPIENT,
		[ENVELOPE_MANY] = REFUSAL_RECIPIENTS,
		[ENVELOPE_NO_MEMORY] = REFUSAL_NO_MEMORY,
	};
	return refusals[state];
}

enum answer_code envelope_code(enum envelope_state state)
{
	switch (state) {
	case ENVELOPE_FORMAT:
		return ANSWER_FORMAT;
	case ENVELOPE_LONG:
		return ANSWER_LONG;
	case ENVELOPE_NO_MEMORY:
		return ANSWER_MEMORY;
	default:
		return ANSWER_REFUSED;
	}
}

void envelope_bad(struct envelope const *e, char *out, size_t size)
{
	size_t n = e->bad_len < size - 1 ? e->bad_len : size - 1;
	if (n)
		memcpy(out, e->pending.s + e->bad, n);
	out[n] = 0;
}

/* --- Sorting ------------------------------------------------------------------------ */

static uint64_t head_of(char const *s, size_t n)
{
	uint64_t head = 0;
	for (size_t i = 0; i < 8; i++)
		head = head << 8 | (i < n ? (unsigned char)s[i] : 0);
	return head;
}

/* Compares like strcmp. No address has a NUL, so the zeros that fill a short head sort
   before every octet. */
static int compare_entries(char const *text, struct envelope_entry const *a, struct envelope_entry const *b)
{
	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	size_t n = a->len < b->len ? a->len : b->len;
	int d = n > 8 ? memcmp(text + a->at + 8, text + b->at + 8, n - 8) : 0;
	return d ? d : (a->len > b->len) - (a->len < b->len);
}

static void merge_runs(char const *text, struct envelope_entry *out, struct envelope_entry const *a,
	size_t an, struct envelope_entry const *b, size_t bn)
{
	while (an && bn) {
		if (compare_entries(text, a, b) <= 0) {
			*out++ = *a++;
			an--;
		} else {
			*out++ = *b++;
			bn--;
		}
	}
	memcpy(out, an ? a : b, (an + bn) * sizeof *a);
}

/* Merge sort, bottom up: no input makes it slow, and it does not recurse. Runs that are in
   order already, as lists from a database are, are copied without comparing. */
static bool sort_recipients(struct envelope *e)
{
	size_t n = e->count;
	struct envelope_entry *from = e->entry, *to = malloc((n ? n : 1) * sizeof *to);
	if (!to)
		return false;
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t at = 0; at < n; at += 2 * width) {
			size_t an = n - at < width ? n - at : width;
			size_t bn = n - at - an < width ? n - at - an : width;
			if (bn && compare_entries(e->text.s, from + at + an - 1, from + at + an) > 0)
				merge_runs(e->text.s, to + at, from + at, an, from + at + an, bn);
			else
				memcpy(to + at, from + at, (an + bn) * sizeof *to);
		}
		struct envelope_entry *swap = from;
		from = to;
		to = swap;
	}
	free(to);
	e->entry = from;
	e->cap = n ? n : 1;
	return true;
}

/* Sorts the recipients and drops repeated ones. */
static bool compact_recipients(struct envelope *e)
{
	if (!sort_recipients(e))
		return false;
	size_t kept = 0;
	for (size_t i = 0; i < e->count; i++)
		if (kept == 0 || compare_entries(e->text.s, &e->entry[kept - 1], &e->entry[i]))
			e->entry[kept++] = e->entry[i];
	e->count = kept;
	return true;
}

/* --- Reading ------------------------------------------------------------------------ */

static enum envelope_state note_bad(struct envelope *e, size_t at, size_t n, enum envelope_state why)
{
	e->bad = at;
	e->bad_len = n;
	return why;
}

/* Appends the normal form of the address pending.s[at..at + n) and a NUL to text; *len: its
   length. why: the state if it is not an address. */
static enum envelope_state put_address(struct envelope *e, size_t at, size_t n, enum envelope_state why, size_t *len)
{
	char const *s = e->pending.s + at;
	enum address_fault fault = address_check(s, n, true);
	if (fault == ADDRESS_OK) {
		if (!buf_reserve(&e->text, ADDRESS_MAX + 1))
			return ENVELOPE_NO_MEMORY;
		if (!address_normalize(s, n, e->text.s + e->text.len, len))
			fault = ADDRESS_LONG;
	}
	if (fault != ADDRESS_OK)
		return note_bad(e, at, n, fault == ADDRESS_LONG ? ENVELOPE_LONG : why);
	e->text.len += *len;
	e->text.s[e->text.len++] = 0;
	return ENVELOPE_MORE;
}

static bool reserve_entry(struct envelope *e)
{
	struct envelope_entry *entry = array_reserve(e->entry, e->count, &e->cap, sizeof *entry);
	if (!entry)
		return false;
	e->entry = entry;
	return true;
}

static enum envelope_state add_recipient(struct envelope *e, size_t at, size_t n)
{
	size_t start = e->text.len, len;
	enum envelope_state state = put_address(e, at, n, ENVELOPE_RECIPIENT, &len);
	if (state != ENVELOPE_MORE)
		return state;
	if (e->count == 2 * e->max) { /* repeated ones do not count, but take memory */
		if (!compact_recipients(e))
			return ENVELOPE_NO_MEMORY;
		if (e->count > e->max)
			return ENVELOPE_MANY;
	}
	if (!reserve_entry(e))
		return ENVELOPE_NO_MEMORY;
	e->entry[e->count++] = (struct envelope_entry){
		head_of(e->text.s + start, len), (uint32_t)start, (uint32_t)len};
	return ENVELOPE_MORE;
}

static enum envelope_state finish_envelope(struct envelope *e)
{
	if (!e->has_sender)
		return ENVELOPE_FORMAT;
	if (e->count == 0)
		return ENVELOPE_NOBODY;
	if (!compact_recipients(e))
		return ENVELOPE_NO_MEMORY;
	return e->count > e->max ? ENVELOPE_MANY : ENVELOPE_DONE;
}

/* Reads the record pending.s[at..at + n), without its NUL. */
static enum envelope_state read_record(struct envelope *e, size_t at, size_t n)
{
	if (n == 0)
		return finish_envelope(e);
	if (e->pending.s[at] == 'T' && e->has_sender)
		return add_recipient(e, at + 1, n - 1);
	if (e->pending.s[at] != 'F' || e->has_sender)
		return ENVELOPE_FORMAT;
	e->has_sender = true;
	return put_address(e, at + 1, n - 1, ENVELOPE_SENDER, &e->sender_len);
}

/* Drops the octets that have been read. */
static void drop_read(struct envelope *e, size_t n)
{
	if (n)
		memmove(e->pending.s, e->pending.s + n, e->pending.len - n);
	e->pending.len -= n;
}

enum envelope_state envelope_feed(struct envelope *e, char const *s, size_t n)
{
	if (e->state != ENVELOPE_MORE || n == 0)
		return e->state;
	size_t room = (2 * e->max + 1) * (ADDRESS_MAX + 2), at = 0;
	if (n > UINT32_MAX / 2)
		return e->state = ENVELOPE_MANY;
	if (!buf_put(&e->pending, s, n))
		return e->state = ENVELOPE_NO_MEMORY;
	for (;;) {
		char *nul = e->pending.len > at ? memchr(e->pending.s + at, 0, e->pending.len - at) : NULL;
		size_t len = nul ? (size_t)(nul - e->pending.s) - at : e->pending.len - at;
		if (len > ADDRESS_MAX + 1)
			e->state = note_bad(e, at + 1, ADDRESS_MAX, ENVELOPE_LONG);
		else if (e->text.len > room)
			e->state = ENVELOPE_MANY;
		else if (!nul)
			break;
		else
			e->state = read_record(e, at, len);
		if (e->state != ENVELOPE_MORE && e->state != ENVELOPE_DONE)
			return e->state;
		at += len + 1;
		if (e->state == ENVELOPE_DONE)
			break;
	}
	drop_read(e, at);
	return e->state;
}
