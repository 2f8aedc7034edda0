/* The UCSPI variables of a TCP connection. */
#include "ucspi/environment.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NAME_MAX_OCTETS 64

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage any;
};

static bool set_missing(char const *proto, char const *name, char const *value)
{
	char whole[NAME_MAX_OCTETS];
	if (strlen(proto) + strlen(name) >= sizeof whole) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(whole, proto);
	strcat(whole, name);
	return setenv(whole, value, 0) == 0;
}

static bool is_inet(union address const *a)
{
	return a->sa.sa_family == AF_INET || a->sa.sa_family == AF_INET6;
}

/* IPv4 in an IPv6 socket is written as IPv4, as tcpserver has it. */
static bool describe(char const *proto, char const *ip_name, char const *port_name,
	union address const *a)
{
	char ip[INET6_ADDRSTRLEN], port[NUM_FMT];
	char const *s;
	if (a->sa.sa_family == AF_INET)
		s = inet_ntop(AF_INET, &a->in.sin_addr, ip, sizeof ip);
	else if (IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		s = inet_ntop(AF_INET, a->in6.sin6_addr.s6_addr + 12, ip, sizeof ip);
	else
		s = inet_ntop(AF_INET6, &a->in6.sin6_addr, ip, sizeof ip);
	num_fmt(port, ntohs(a->sa.sa_family == AF_INET ? a->in.sin_port : a->in6.sin6_port));
	return s && set_missing(proto, ip_name, ip) && set_missing(proto, port_name, port);
}

bool ucspienv_complete(void)
{
	union address remote, local;
	socklen_t rn = sizeof remote, ln = sizeof local;
	if (getpeername(0, &remote.sa, &rn) < 0 || getsockname(0, &local.sa, &ln) < 0
			|| !is_inet(&remote) || !is_inet(&local))
		return true;
	char const *proto = getenv("PROTO");
	if (!proto || !*proto) {
		proto = "TCP";
		if (setenv("PROTO", proto, 1) != 0)
			return false;
	}
	return describe(proto, "REMOTEIP", "REMOTEPORT", &remote)
		&& describe(proto, "LOCALIP", "LOCALPORT", &local);
}
