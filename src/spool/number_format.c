/* The text of SPOOL/count, and its arithmetic. */
#include "spool/number_format.h"

#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

#define DIGITS 20

/* limit 00000000000000001000
   next 00000000000000000017 of 00000000000000001000 boot 3f3a... device 64769 inode 7
   Every number has 20 digits, so that each field keeps its place. */
static char const shape[COUNTER_SIZE + 1] =
	"limit 00000000000000000000\n"
	"next 00000000000000000000 of 00000000000000000000 "
	"boot ************************************ "
	"device 00000000000000000000 inode 00000000000000000000\n";

enum { LIMIT = 6, NEXT = 32, SYNCED = 56, BOOT = 82, DEVICE = 126, INODE = 153 };

static bool read_digits(char const *s, uint64_t max, uint64_t *v)
{
	return num_scan(s, DIGITS, max, v);
}

static bool read_hint(struct counter *c, char const *s)
{
	if (!ascii_has_shape(s + COUNTER_HINT, shape + COUNTER_HINT, COUNTER_SIZE - COUNTER_HINT)
		|| !read_digits(s + NEXT, c->limit, &c->next) || c->next == 0
		|| !read_digits(s + SYNCED, COUNTER_MAX, &c->synced)
		|| !read_digits(s + DEVICE, UINT64_MAX, &c->place.device)
		|| !read_digits(s + INODE, UINT64_MAX, &c->place.inode))
		return false;
	memcpy(c->place.boot, s + BOOT, COUNTER_BOOT);
	return true;
}

bool counter_parse(struct counter *c, char const *s, size_t n)
{
	memset(c, 0, sizeof *c);
	if (n < COUNTER_HINT || memcmp(s, shape, LIMIT) || s[COUNTER_HINT - 1] != '\n'
		|| !read_digits(s + LIMIT, COUNTER_MAX, &c->limit) || c->limit == 0)
		return false;
	if (n != COUNTER_SIZE || !read_hint(c, s)) {
		c->next = c->limit;
		c->synced = 0;
		memset(c->place.boot, '-', COUNTER_BOOT);
	}
	return true;
}

void counter_format(char *out, struct counter const *c)
{
	memcpy(out, shape, COUNTER_SIZE);
	num_pad(out + LIMIT, c->limit, DIGITS);
	num_pad(out + NEXT, c->next, DIGITS);
	num_pad(out + SYNCED, c->synced, DIGITS);
	memcpy(out + BOOT, c->place.boot, COUNTER_BOOT);
	num_pad(out + DEVICE, c->place.device, DIGITS);
	num_pad(out + INODE, c->place.inode, DIGITS);
}

static bool same_place(struct counter_place const *a, struct counter_place const *b)
{
	return a->boot[0] != '-' && memcmp(a->boot, b->boot, COUNTER_BOOT) == 0
		&& a->device == b->device && a->inode == b->inode;
}

uint64_t counter_next(struct counter const *c, struct counter_place const *here)
{
	return same_place(&c->place, here) ? c->next : c->limit;
}

bool counter_take(struct counter *c, struct counter_place const *here, uint64_t from,
	uint64_t residue, uint64_t hosts, uint64_t block, uint64_t *number, bool *raise)
{
	uint64_t n = counter_next(c, here);
	if (n < from)
		n = from;
	if (n >= COUNTER_MAX - hosts * (block + 1))
		return false;
	n += (residue + hosts - n % hosts) % hosts;
	*number = n;
	/* A process that died between writing and syncing the limit left one that is not
	   `synced`. */
	*raise = n >= c->limit || c->synced != c->limit || !same_place(&c->place, here);
	if (n >= c->limit)
		c->limit = n + 1 + hosts * block;
	c->next = n + 1;
	c->synced = c->limit;
	c->place = *here;
	return true;
}
