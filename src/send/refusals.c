/* Finds out that a send is refused too often: see refusals.h. */
#include "send/refusals.h"

bool refusals_add(struct refusals *r, bool refused)
{
	size_t const at = r->outcomes++ % REFUSALS_LAST;
	unsigned char const bit = (unsigned char)(1 << at % 8);
	r->last -= (r->refused[at / 8] & bit) != 0;
	r->last += refused;
	r->refused[at / 8] = (unsigned char)((r->refused[at / 8] & ~bit) | (refused ? bit : 0));
	if (!refused)
		return false;
	return (r->outcomes == REFUSALS_FIRST && r->last == REFUSALS_FIRST)
		|| (r->outcomes >= REFUSALS_LAST && r->last * 100 >= (size_t)REFUSALS_LAST * REFUSALS_PERCENT);
}
