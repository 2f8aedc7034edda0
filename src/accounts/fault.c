/* Faults of an accounts text, explained to the administrator. */
#include "accounts/accounts.h"

#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

static char const *const texts[] = {
	[ACCOUNTS_NUL] = "a NUL in the line",
	[ACCOUNTS_KIND] = "neither plan, user nor sender",
	[ACCOUNTS_NO_NAME] = "the name is missing",
	[ACCOUNTS_BAD_PLAN] = "not a plan's name (a-z, 0-9, _ and -, at most 64)",
	[ACCOUNTS_SETTING] = "unknown setting",
	[ACCOUNTS_COUNT] = "not a number from 1 to 4294967295",
	[ACCOUNTS_OCTETS] = "not a number from 1 to 9223372036854775807",
	[ACCOUNTS_YES_NO] = "neither yes nor no",
	[ACCOUNTS_BAD_PROFILE] = "not an https:// URL of at most 255 octets of ASCII",
	[ACCOUNTS_SETTING_TWICE] = "a setting given twice",
	[ACCOUNTS_BAD_LOGIN] = "not a login (user.plan)",
	[ACCOUNTS_LONG_LOGIN] = "a login over 250 octets",
	[ACCOUNTS_NO_HASH] = "a user without a password hash",
	[ACCOUNTS_BAD_HASH] = "not a whole password hash of a known method",
	[ACCOUNTS_NO_ADDRESS] = "the sender's address is missing",
	[ACCOUNTS_BAD_ADDRESS] = "not an address",
	[ACCOUNTS_LONG_ADDRESS] = "an address over 64 octets before the @ or 254 in all",
	[ACCOUNTS_BAD_DISPLAY] = "the sender's name is not UTF-8 without control characters",
	[ACCOUNTS_LONG_DISPLAY] = "the sender's name is over 200 octets",
	[ACCOUNTS_SECOND_ADDRESS] = "a second address; give each sender a line",
	[ACCOUNTS_TWICE] = "given twice",
	[ACCOUNTS_NO_PLAN] = "no such plan in the text",
	[ACCOUNTS_NOTHING] = "the text has neither plan, user nor sender",
};

struct line {
	char *s;
	size_t n, cap;
};

static void line_put(struct line *l, char const *s, size_t n)
{
	for (; n && l->n < l->cap; s++, n--)
		l->s[l->n++] = ascii_is_print(*s) ? *s : '?';
}

static void line_put_number(struct line *l, char const *before, size_t v)
{
	char number[NUM_FMT];
	line_put(l, before, strlen(before));
	line_put(l, number, num_fmt(number, v));
}

size_t accounts_explain(char *out, struct accounts_fault const *fault)
{
	struct line l = {out, 0, ACCOUNTS_WHY};
	char const *text = texts[fault->wrong];
	if (fault->line) {
		line_put_number(&l, "line ", fault->line);
		line_put(&l, ": ", 2);
	}
	line_put(&l, text, strlen(text));
	if (fault->other)
		line_put_number(&l, ", first in line ", fault->other);
	if (fault->word.n) {
		line_put(&l, ": ", 2);
		line_put(&l, fault->word.s, fault->word.n);
	}
	return l.n;
}
