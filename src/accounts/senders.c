/* The records of senders.cdb: `p` plan -> settings; `s` plan NUL address -> display name; `u` login ->
   fingerprint of its stored hash. */
#include "accounts/senders.h"

#include "mail/address.h"

#include <string.h>

#define KEY_MAX (1 + PLAN_MAX + 1 + ADDRESS_MAX)

bool senders_open(struct senders *s, char const *path)
{
	return cdb_file_open(&s->file, path);
}

bool senders_update(struct senders *s, char const *path)
{
	return cdb_file_update(&s->file, path);
}

bool senders_map(struct senders *s, int fd)
{
	return cdb_file_map(&s->file, fd);
}

void senders_close(struct senders *s)
{
	cdb_file_close(&s->file);
}

static enum senders_result find_record(struct senders const *s, char const *key, size_t n, struct accounts_text *value)
{
	enum cdb_file_result r = cdb_file_find(&s->file, key, n, &value->s, &value->n);
	return r == CDB_FILE_DAMAGED ? SENDERS_DAMAGED : r == CDB_FILE_FOUND ? SENDERS_YES : SENDERS_NO;
}

enum senders_result senders_plan(struct senders const *s, char const *plan, size_t n, struct accounts_plan *out)
{
	char key[KEY_MAX] = "p";
	struct accounts_text settings;
	if (!address_is_plan(plan, n))
		return SENDERS_NO;
	memcpy(key + 1, plan, n);
	enum senders_result r = find_record(s, key, 1 + n, &settings);
	return r == SENDERS_YES && !accounts_plan_scan(out, settings.s, settings.n, NULL) ? SENDERS_DAMAGED : r;
}

enum senders_result senders_address(struct senders const *s, char const *plan, size_t n,
	char const *address, size_t an, struct accounts_text *name)
{
	char key[KEY_MAX] = "s";
	struct accounts_text display;
	if (!address_is_plan(plan, n) || an == 0 || an > ADDRESS_MAX)
		return SENDERS_NO;
	memcpy(key + 1, plan, n);
	memcpy(key + 1 + n + 1, address, an);
	enum senders_result r = find_record(s, key, 1 + n + 1 + an, &display);
	if (r == SENDERS_YES && name)
		*name = display;
	return r;
}

enum senders_result senders_login(struct senders const *s, char const *login, size_t n,
	unsigned char fingerprint[SENDERS_FINGERPRINT])
{
	char key[1 + ACCOUNTS_LOGIN] = "u";
	struct accounts_text value;
	if (n > ACCOUNTS_LOGIN)
		return SENDERS_NO;
	memcpy(key + 1, login, n);
	enum senders_result r = find_record(s, key, 1 + n, &value);
	if (r != SENDERS_YES)
		return r;
	if (value.n != SENDERS_FINGERPRINT)
		return SENDERS_DAMAGED;
	memcpy(fingerprint, value.s, value.n);
	return SENDERS_YES;
}
