/* Failed logins of each client address. */
#include "accounts/failures.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { V4 = 4, V6_PREFIX = 8, V6 = 16, MAPPED = 12 };

uint64_t failures_id(struct failures const *f, char const *ip)
{
	static unsigned char const mapped[MAPPED] = {[10] = 0xff, [11] = 0xff};
	char octets[V6] = "";
	size_t n = 0;
	if (inet_pton(AF_INET, ip, octets) == 1)
		n = V4;
	else if (inet_pton(AF_INET6, ip, octets) == 1)
		n = V6_PREFIX;
	if (n == V6_PREFIX && memcmp(octets, mapped, MAPPED) == 0) {
		memmove(octets, octets + MAPPED, V4);
		n = V4;
	}
	uint64_t id = siphash(f->key, octets, n);
	return id ? id : 1;
}

/* Finds the address in its set. NULL: it is not there. */
static struct failures_address *find_address(struct failures const *f, uint64_t id)
{
	struct failures_address const *set = f->address[id % FAILURES_SETS];
	for (size_t i = 0; i < FAILURES_WAYS; i++)
		if (set[i].id == id)
			return (struct failures_address *)&set[i];
	return NULL;
}

static bool is_over(struct failures_address const *a, uint64_t now)
{
	return now - a->since >= FAILURES_MS;
}

uint32_t failures_count(struct failures const *f, uint64_t id, uint64_t now)
{
	struct failures_address const *a = find_address(f, id);
	return a && !is_over(a, now) ? a->count : 0;
}

/* Finds a place for a new address: a free one, or that of the address which failed first. */
static struct failures_address *find_place(struct failures *f, uint64_t id)
{
	struct failures_address *set = f->address[id % FAILURES_SETS], *place = set;
	for (size_t i = 0; i < FAILURES_WAYS; i++) {
		if (!set[i].id)
			return &set[i];
		if (set[i].since < place->since)
			place = &set[i];
	}
	return place;
}

void failures_add(struct failures *f, uint64_t id, uint64_t now)
{
	struct failures_address *a = find_address(f, id);
	if (!a)
		a = find_place(f, id);
	if (a->id != id || is_over(a, now))
		*a = (struct failures_address){.id = id, .since = now};
	a->count++;
}

void failures_forgive(struct failures *f, uint64_t id)
{
	struct failures_address *a = find_address(f, id);
	if (a && a->count)
		a->count--;
}
