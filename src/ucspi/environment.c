#include "ucspi/environment.h"

#include "base/num.h"
#include "ucspi/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME 64 /* octets of a variable's name, with its NUL */

static bool set_missing(char const *proto, char const *name, char const *value)
{
	char whole[NAME];
	if (strlen(proto) + strlen(name) >= sizeof whole) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(whole, proto);
	strcat(whole, name);
	return setenv(whole, value, 0) == 0;
}

static bool set_end(char const *proto, char const *ip_name, char const *port_name, struct peer_end const *e)
{
	char port[NUM_FMT];
	num_fmt(port, e->port);
	return set_missing(proto, ip_name, e->ip) && set_missing(proto, port_name, port);
}

bool environment_complete(void)
{
	struct peer_end remote, local;
	if (!peer_remote(&remote) || !peer_local(&local))
		return true;
	char const *proto = getenv("PROTO");
	if (!proto || !*proto) {
		proto = "TCP";
		if (setenv("PROTO", proto, 1) != 0)
			return false;
	}
	return set_end(proto, "REMOTEIP", "REMOTEPORT", &remote)
		&& set_end(proto, "LOCALIP", "LOCALPORT", &local);
}
