/* The ticket of a login. */
#include "service/ticket.h"

#include "base/fd.h"
#include "base/secret.h"
#include "base/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define EXPIRY 8
_Static_assert(EXPIRY + HASH_OCTETS == TICKET_OCTETS, "a ticket is its time and its MAC");

bool ticket_read_key(struct hash_key *key, char const *path)
{
	unsigned char octets[TICKET_KEY + 1];
	int fd = fd_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0)
		return false;
	ssize_t n = fd_pread_all(fd, octets, sizeof octets, 0);
	fd_close(fd);
	if (n == TICKET_KEY)
		hash_key_init(key, octets, TICKET_KEY);
	else if (n >= 0)
		errno = EINVAL;
	wipe(octets, sizeof octets);
	return n == TICKET_KEY;
}

/* Writes the MAC over user, NUL, time. */
static void write_mac(unsigned char out[HASH_OCTETS], struct hash_key const *key, char const *user,
	unsigned char const expiry[EXPIRY])
{
	unsigned char all[TICKET_USER + 1 + EXPIRY];
	size_t n = strlen(user) + 1;
	memcpy(all, user, n);
	memcpy(all + n, expiry, EXPIRY);
	hash_mac(out, key, all, n + EXPIRY);
}

void ticket_make(unsigned char out[TICKET_OCTETS], struct hash_key const *key, char const *user, uint64_t expiry)
{
	for (int i = 0; i < EXPIRY; i++)
		out[i] = (unsigned char)(expiry >> (8 * (EXPIRY - 1 - i)));
	write_mac(out + EXPIRY, key, user, out);
}

enum ticket_state ticket_check(struct hash_key const *key, char const *user, void const *ticket, size_t n,
	uint64_t now)
{
	unsigned char const *t = ticket;
	unsigned char mac[HASH_OCTETS];
	uint64_t expiry = 0;
	if (n != TICKET_OCTETS || strlen(user) > TICKET_USER)
		return TICKET_FORGED;
	for (int i = 0; i < EXPIRY; i++)
		expiry = expiry << 8 | t[i];
	write_mac(mac, key, user, t);
	if (!secret_is_equal(mac, t + EXPIRY, sizeof mac) || (expiry > now && expiry - now > TICKET_SECONDS))
		return TICKET_FORGED;
	return expiry > now ? TICKET_VALID : TICKET_EXPIRED;
}
