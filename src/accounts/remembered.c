/* Logins that were right a short while ago. */
#include "accounts/remembered.h"

#include "base/secret.h"

#include <stddef.h>
#include <string.h>

static size_t set_of(unsigned char const mac[REMEMBERED_MAC])
{
	return (size_t)(mac[0] << 8 | mac[1]) % REMEMBERED_SETS;
}

bool remembered_has(struct remembered const *r, unsigned char const mac[REMEMBERED_MAC], uint64_t now)
{
	struct remembered_login const *set = r->login[set_of(mac)];
	bool has = false;
	for (size_t i = 0; i < REMEMBERED_WAYS; i++)
		has |= secret_is_equal(set[i].mac, mac, REMEMBERED_MAC) && now < set[i].until;
	return has;
}

void remembered_add(struct remembered *r, unsigned char const mac[REMEMBERED_MAC], uint64_t now, uint64_t until)
{
	struct remembered_login *set = r->login[set_of(mac)], *place = set;
	for (size_t i = 0; i < REMEMBERED_WAYS; i++) {
		if (set[i].until <= now)
			set[i].until = 0;
		if (secret_is_equal(set[i].mac, mac, REMEMBERED_MAC)) {
			place = &set[i];
			break;
		}
		if (set[i].until < place->until)
			place = &set[i];
	}
	memcpy(place->mac, mac, REMEMBERED_MAC);
	place->until = until;
}
