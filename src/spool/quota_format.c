/* The text of SPOOL/quota/PLAN, and its arithmetic. */
#include "spool/quota_format.h"

#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

#define DIGITS 20

/* 2013-09-12 00000000000000000250 00000000000000120000 00000000001378987159 */
static char const shape[QUOTA_SIZE + 1] = "0000-00-00 00000000000000000000 00000000000000000000 00000000000000000000\n";

enum { RECIPIENTS = 11, WAITING = 32, COUNTED = 53 };

bool quota_parse(struct quota *q, char const *s, size_t n)
{
	memset(q, 0, sizeof *q);
	if (n == QUOTA_SIZE && ascii_has_shape(s, shape, n) && num_scan(s + RECIPIENTS, DIGITS, INT64_MAX, &q->recipients)
		&& num_scan(s + WAITING, DIGITS, INT64_MAX, &q->waiting)
		&& num_scan(s + COUNTED, DIGITS, INT64_MAX, &q->counted)) {
		memcpy(q->day, s, QUOTA_DAY);
		return true;
	}
	memset(q, 0, sizeof *q);
	return false;
}

void quota_format(char out[QUOTA_SIZE], struct quota const *q)
{
	memcpy(out, shape, QUOTA_SIZE);
	memcpy(out, q->day, QUOTA_DAY);
	num_pad(out + RECIPIENTS, q->recipients, DIGITS);
	num_pad(out + WAITING, q->waiting, DIGITS);
	num_pad(out + COUNTED, q->counted, DIGITS);
}

void quota_set_day(struct quota *q, char const day[QUOTA_DAY + 1])
{
	if (strcmp(q->day, day) == 0)
		return;
	memcpy(q->day, day, QUOTA_DAY + 1);
	q->recipients = 0;
}

bool quota_add_recipients(struct quota *q, uint64_t n, uint64_t max)
{
	if (n > max || q->recipients > max - n)
		return false;
	q->recipients += n;
	return true;
}
