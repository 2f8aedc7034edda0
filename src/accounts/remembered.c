/* Logins that were right a short while ago. */
#include "accounts/remembered.h"

#include <stddef.h>
#include <string.h>

static size_t set_of(unsigned char const mac[REMEMBERED_MAC])
{
	return (size_t)(mac[0] << 8 | mac[1]) % REMEMBERED_SETS;
}

/* Are the MACs equal? Takes the same time for all MACs. */
static bool is_equal(unsigned char const *a, unsigned char const *b)
{
	unsigned char differ = 0;
	for (size_t i = 0; i < REMEMBERED_MAC; i++)
		differ = (unsigned char)(differ | (a[i] ^ b[i]));
	return differ == 0;
}

bool remembered_has(struct remembered const *r, unsigned char const mac[REMEMBERED_MAC], uint64_t now)
{
	struct remembered_login const *set = r->login[set_of(mac)];
	bool has = false;
	for (size_t i = 0; i < REMEMBERED_WAYS; i++)
		has |= is_equal(set[i].mac, mac) && now < set[i].until;
	return has;
}

void remembered_add(struct remembered *r, unsigned char const mac[REMEMBERED_MAC], uint64_t now, uint64_t until)
{
	struct remembered_login *set = r->login[set_of(mac)], *place = set;
	for (size_t i = 0; i < REMEMBERED_WAYS; i++) {
		if (set[i].until <= now)
			set[i].until = 0;
		if (is_equal(set[i].mac, mac)) {
			place = &set[i];
			break;
		}
		if (set[i].until < place->until)
			place = &set[i];
	}
	memcpy(place->mac, mac, REMEMBERED_MAC);
	place->until = until;
}
