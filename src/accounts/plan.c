/* A plan's settings, in the accounts and in senders.cdb. */
#include "accounts/accounts.h"

#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

static bool begins(char const *s, size_t n, char const *with)
{
	return n >= strlen(with) && memcmp(s, with, strlen(with)) == 0;
}

/* Reads one setting. -1: good; else what is wrong with it. *seen: credit was there. */
static int read_setting(struct accounts_plan *plan, bool *seen, char const *s, size_t n)
{
	uint64_t v;
	if (begins(s, n, "maxrcpt=")) {
		if (plan->maxrcpt)
			return ACCOUNTS_SETTING_TWICE;
		if (!num_scan(s + 8, n - 8, UINT32_MAX, &v) || v == 0)
			return ACCOUNTS_MAXRCPT;
		plan->maxrcpt = (uint32_t)v;
		return -1;
	}
	if (begins(s, n, "credit=")) {
		if (*seen)
			return ACCOUNTS_SETTING_TWICE;
		*seen = true;
		plan->credit = n == 10 && memcmp(s + 7, "yes", 3) == 0;
		return plan->credit || (n == 9 && memcmp(s + 7, "no", 2) == 0) ? -1 : ACCOUNTS_CREDIT;
	}
	return ACCOUNTS_SETTING;
}

bool accounts_plan_scan(struct accounts_plan *out, char const *s, size_t n,
	struct accounts_fault *fault)
{
	struct accounts_plan plan = {0, false};
	bool seen = false;
	for (size_t at = 0, len; at < n; at += len) {
		for (len = 0; at + len < n && !ascii_is_blank(s[at + len]); len++)
			;
		int wrong = len ? read_setting(&plan, &seen, s + at, len) : -1;
		if (wrong >= 0) {
			if (fault)
				*fault = (struct accounts_fault){0, (enum accounts_wrong)wrong, s + at, len, 0};
			return false;
		}
		if (!len)
			len = 1;
	}
	*out = plan;
	return true;
}

size_t accounts_plan_fmt(char *out, struct accounts_plan plan)
{
	size_t n = 0;
	if (plan.maxrcpt) {
		char number[NUM_FMT];
		size_t digits = num_fmt(number, plan.maxrcpt);
		memcpy(out, "maxrcpt=", 8);
		memcpy(out + 8, number, digits);
		n = 8 + digits;
	}
	if (plan.credit) {
		if (n)
			out[n++] = ' ';
		memcpy(out + n, "credit=yes", 10);
		n += 10;
	}
	return n;
}
