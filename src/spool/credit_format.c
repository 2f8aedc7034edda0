/* The text of SPOOL/credit/PLAN, and its arithmetic. */
#include "spool/credit_format.h"

#include "mail/address.h"
#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

#define DIGITS 20

/* Finds the next word at s[*at..n). False: the text ends. */
static bool next_word(char const *s, size_t n, size_t *at, char const **w, size_t *len)
{
	while (*at < n && s[*at] == ' ')
		++*at;
	size_t start = *at;
	while (*at < n && s[*at] != ' ')
		++*at;
	*w = s + start;
	*len = *at - start;
	return *len > 0;
}

bool credit_parse(struct credit *c, char const *s, size_t n)
{
	char const *w;
	size_t len, at = 0;
	memset(c, 0, sizeof *c);
	if (n == 0 || s[n - 1] != '\n')
		return false;
	n--;
	if (!next_word(s, n, &at, &w, &len) || !num_scan(w, len, CREDIT_MAX, &c->balance))
		return false;
	if (!next_word(s, n, &at, &w, &len))
		return true;
	if (len != 32 || !ascii_is_lowhex(w, len))
		return false;
	memcpy(c->id, w, len);
	if (!next_word(s, n, &at, &w, &len) || !num_scan(w, len, CREDIT_MAX, &c->amount))
		return false;
	if (!next_word(s, n, &at, &w, &len) || (len != 64 && len != 32) || !ascii_is_lowhex(w, len))
		return false;
	memcpy(c->key, w, len);
	c->pending = true;
	return !next_word(s, n, &at, &w, &len);
}

void credit_format(char *out, struct credit const *c)
{
	char *p = out;
	memset(out, ' ', CREDIT_SIZE);
	out[CREDIT_SIZE - 1] = '\n';
	p = num_pad(p, c->balance, DIGITS);
	if (!c->pending)
		return;
	memcpy(p + 1, c->id, 32);
	p = num_pad(p + 34, c->amount, DIGITS);
	memcpy(p + 1, c->key, strlen(c->key));
}

bool credit_take(struct credit *c, uint64_t amount, char const *id, char const *key)
{
	if (c->pending || amount > c->balance)
		return false;
	c->balance -= amount;
	c->amount = amount;
	c->pending = true;
	memcpy(c->id, id, 33);
	memcpy(c->key, key, strlen(key) + 1);
	return true;
}

bool credit_settle(struct credit *c, bool spent)
{
	if (c->pending && !spent) {
		if (c->amount > CREDIT_MAX - c->balance)
			return false;
		c->balance += c->amount;
	}
	c->pending = false;
	return true;
}

bool credit_order(char *plan, bool *add, uint64_t *amount, char const *s)
{
	char const *eq = strchr(s, '=');
	size_t n = eq ? (size_t)(eq - s) : 0;
	if (!eq || !address_is_plan(s, n) || (eq[1] != '+' && eq[1] != '-')
		|| !num_scan(eq + 2, strlen(eq + 2), CREDIT_MAX, amount))
		return false;
	memcpy(plan, s, n);
	plan[n] = 0;
	*add = eq[1] == '+';
	return true;
}
