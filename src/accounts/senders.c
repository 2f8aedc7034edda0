/* senders.cdb: `p` plan -> settings; `s` plan NUL address -> empty. */
#include "accounts/senders.h"

#include "mail/address.h"

#include <string.h>

#define KEY_MAX (1 + PLAN_MAX + 1 + ADDRESS_MAX)

int senders_open(struct senders *s, char const *path)
{
	return cdbfile_open(&s->file, path);
}

void senders_close(struct senders *s)
{
	cdbfile_close(&s->file);
}

int senders_plan(struct senders const *s, char const *plan, size_t n, struct accounts_plan *out)
{
	char key[KEY_MAX] = "p";
	char const *settings;
	size_t len;
	if (!address_is_plan(plan, n))
		return 0;
	memcpy(key + 1, plan, n);
	int r = cdbfile_find(&s->file, key, 1 + n, &settings, &len);
	if (r <= 0)
		return r;
	return accounts_plan_scan(out, settings, len, NULL) ? 1 : -1;
}

int senders_has(struct senders const *s, char const *plan, size_t n,
	char const *address, size_t an)
{
	char key[KEY_MAX] = "s";
	char const *value;
	size_t len;
	if (!address_is_plan(plan, n) || an == 0 || an > ADDRESS_MAX)
		return 0;
	memcpy(key + 1, plan, n);
	memcpy(key + 1 + n + 1, address, an);
	return cdbfile_find(&s->file, key, 1 + n + 1 + an, &value, &len);
}
