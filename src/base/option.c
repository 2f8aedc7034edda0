/* Values of options on the command line. */
#include "base/option.h"

#include "base/exitcode.h"
#include "base/num.h"

#include <skalibs/strerr.h>
#include <string.h>

uint64_t option_number(char letter, char const *value, uint64_t min, uint64_t max)
{
	char const name[] = {'-', letter, 0};
	char from[NUM_FMT], to[NUM_FMT];
	uint64_t v;
	if (num_scan(value, strlen(value), max, &v) && v >= min)
		return v;
	num_fmt(from, min);
	num_fmt(to, max);
	strerr_dief(EXIT_MISUSE, name, " takes a number from ", from, " to ", to, ", not: ", value);
}
