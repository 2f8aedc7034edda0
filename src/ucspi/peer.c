#include "ucspi/peer.h"

#include "base/ascii.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

union socket_address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage any;
};

static bool write_end(struct peer_end *e, union socket_address const *a)
{
	if (a->sa.sa_family == AF_INET) {
		e->port = ntohs(a->in.sin_port);
		return inet_ntop(AF_INET, &a->in.sin_addr, e->ip, sizeof e->ip) != NULL;
	}
	if (a->sa.sa_family != AF_INET6)
		return false;
	e->port = ntohs(a->in6.sin6_port);
	if (IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		return inet_ntop(AF_INET, a->in6.sin6_addr.s6_addr + 12, e->ip, sizeof e->ip) != NULL;
	return inet_ntop(AF_INET6, &a->in6.sin6_addr, e->ip, sizeof e->ip) != NULL;
}

bool peer_remote(struct peer_end *e)
{
	union socket_address a;
	socklen_t n = sizeof a;
	return getpeername(0, &a.sa, &n) == 0 && write_end(e, &a);
}

bool peer_local(struct peer_end *e)
{
	union socket_address a;
	socklen_t n = sizeof a;
	return getsockname(0, &a.sa, &n) == 0 && write_end(e, &a);
}

static char const *protocol(void)
{
	char const *proto = getenv("PROTO");
	return proto && *proto ? proto : "TCP";
}

/* Copies s for a log line and a header field. False: s is empty. */
static bool copy_printable(char out[PEER_IP], char const *s)
{
	size_t n = 0;
	for (; s && *s && n < PEER_IP - 1; s++)
		out[n++] = ascii_is_print(*s) && *s != ' ' ? *s : '?';
	out[n] = 0;
	return n > 0;
}

/* Copies ${PROTO}REMOTEIP, where PROTO is the first n octets of proto. */
static bool copy_remoteip(char out[PEER_IP], char const *proto, size_t n)
{
	char name[32];
	int len = snprintf(name, sizeof name, "%.*sREMOTEIP", (int)n, proto);
	return n < sizeof name && len > 0 && (size_t)len < sizeof name && copy_printable(out, getenv(name));
}

void peer_ip(char out[PEER_IP])
{
	struct peer_end end;
	char const *proto = protocol();
	size_t n = strlen(proto);
	if (copy_remoteip(out, proto, n))
		return;
	if (proto[n - 1] == '6' && copy_remoteip(out, proto, n - 1)) /* sslserver: PROTO=SSL6, SSLREMOTEIP */
		return;
	if (copy_printable(out, getenv("REMOTE_ADDR")))
		return;
	strcpy(out, peer_remote(&end) ? end.ip : "unknown");
}

bool peer_is_under_tls(void)
{
	char const *version = getenv("SSL_PROTOCOL");
	return (version && *version) || strcmp(protocol(), "SSL") == 0
		|| strcmp(protocol(), "SSL6") == 0;
}
