/* The counter's text and arithmetic. */
#include "core/counter.h"

#include "core/num.h"

#include <string.h>

#define DIGITS 20

/* limit 00000000000000001000
   next 00000000000000000017 boot 3f3a...-... device 00000000000000064769 inode ...
   Every field has its fixed place, so that a line is overwritten and never moves. */
static char const shape[COUNTER_SIZE + 1] =
	"limit dddddddddddddddddddd\n"
	"next dddddddddddddddddddd boot bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb "
	"device dddddddddddddddddddd inode dddddddddddddddddddd\n";

enum { LIMIT = 6, NEXT = 32, BOOT = 58, DEVICE = 102, INODE = 129 };

static bool has_shape(char const *s, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (shape[i] == 'd' ? s[i] < '0' || s[i] > '9' : shape[i] != 'b' && s[i] != shape[i])
			return false;
	return true;
}

static bool read_digits(char const *s, uint64_t max, uint64_t *v)
{
	return num_scan(s, DIGITS, max, v);
}

static void write_digits(char *out, uint64_t v)
{
	for (int i = DIGITS; i-- > 0; v /= 10)
		out[i] = (char)('0' + v % 10);
}

bool counter_parse(struct counter *c, char const *s, size_t n)
{
	memset(c, 0, sizeof *c);
	if (n < COUNTER_HINT || memcmp(s, shape, LIMIT) || s[COUNTER_HINT - 1] != '\n'
		|| !read_digits(s + LIMIT, COUNTER_MAX, &c->limit) || c->limit == 0)
		return false;
	c->next = c->limit;
	uint64_t next;
	if (n != COUNTER_SIZE || !has_shape(s, COUNTER_HINT, COUNTER_SIZE)
		|| !read_digits(s + NEXT, c->limit, &next) || next == 0
		|| !read_digits(s + DEVICE, UINT64_MAX, &c->place.device)
		|| !read_digits(s + INODE, UINT64_MAX, &c->place.inode))
		return true;
	memcpy(c->place.boot, s + BOOT, COUNTER_BOOT);
	c->next = next;
	return true;
}

void counter_format(char *out, struct counter const *c)
{
	memcpy(out, shape, COUNTER_SIZE);
	write_digits(out + LIMIT, c->limit);
	write_digits(out + NEXT, c->next);
	memcpy(out + BOOT, c->place.boot, COUNTER_BOOT);
	write_digits(out + DEVICE, c->place.device);
	write_digits(out + INODE, c->place.inode);
}

bool counter_same_place(struct counter_place const *a, struct counter_place const *b)
{
	return a->boot[0] != '-' && memcmp(a->boot, b->boot, COUNTER_BOOT) == 0
		&& a->device == b->device && a->inode == b->inode;
}

bool counter_take(struct counter *c, struct counter_place const *here, uint64_t residue,
	uint64_t hosts, uint64_t block, uint64_t *number, bool *raised)
{
	uint64_t n = counter_same_place(&c->place, here) ? c->next : c->limit;
	n += (residue + hosts - n % hosts) % hosts;
	if (n >= COUNTER_MAX - hosts * block)
		return false;
	*number = n;
	c->next = n + 1;
	c->place = *here;
	*raised = n >= c->limit;
	if (*raised)
		c->limit = n + 1 + hosts * block;
	return true;
}
