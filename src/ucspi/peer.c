#include "ucspi/peer.h"

#include "base/ascii.h"
#include "base/num.h"

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

static char const *protocol_name(void)
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

/* Reads a port from a variable; 0: it has none. */
static uint16_t read_port(char const *name)
{
	char const *s = getenv(name);
	uint64_t port;
	return s && num_scan(s, strlen(s), UINT16_MAX, &port) ? (uint16_t)port : 0;
}

/* Reads ${PROTO}REMOTEIP and ${PROTO}REMOTEPORT, where PROTO is the first n octets of proto. */
static bool read_variables(struct peer_end *e, char const *proto, size_t n)
{
	char name[32];
	if (n + sizeof "REMOTEPORT" > sizeof name)
		return false;
	snprintf(name, sizeof name, "%.*sREMOTEIP", (int)n, proto);
	if (!copy_printable(e->ip, getenv(name)))
		return false;
	snprintf(name, sizeof name, "%.*sREMOTEPORT", (int)n, proto);
	e->port = read_port(name);
	return true;
}

void peer_client(struct peer_end *e)
{
	char const *proto = protocol_name();
	size_t n = strlen(proto);
	if (read_variables(e, proto, n))
		return;
	if (proto[n - 1] == '6' && read_variables(e, proto, n - 1)) /* sslserver: PROTO=SSL6, SSLREMOTEIP */
		return;
	if (copy_printable(e->ip, getenv("REMOTE_ADDR"))) {
		e->port = read_port("REMOTE_PORT");
	} else if (!peer_remote(e)) {
		strcpy(e->ip, "unknown");
		e->port = 0;
	}
}

void peer_ip(char out[PEER_IP])
{
	struct peer_end e;
	peer_client(&e);
	strcpy(out, e.ip);
}

bool peer_is_under_tls(void)
{
	char const *version = getenv("SSL_PROTOCOL");
	return (version && *version) || strcmp(protocol_name(), "SSL") == 0
		|| strcmp(protocol_name(), "SSL6") == 0;
}
