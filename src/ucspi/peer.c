/* Who is at the other end. */
#include "ucspi/peer.h"

#include "base/ascii.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static char const *protocol(void)
{
	char const *proto = getenv("PROTO");
	return proto && *proto ? proto : "TCP";
}

/* A copy fit for a log and a header field. False: s is empty. */
static bool copy_ip(char out[UCSPI_IP], char const *s)
{
	size_t n = 0;
	for (; s && *s && n < UCSPI_IP - 1; s++)
		out[n++] = ascii_is_print(*s) && *s != ' ' ? *s : '?';
	out[n] = 0;
	return n > 0;
}

static bool peer_ip(char out[UCSPI_IP])
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_storage any;
	} peer;
	socklen_t len = sizeof peer;
	if (getpeername(0, &peer.sa, &len) < 0)
		return false;
	if (peer.sa.sa_family == AF_INET)
		return inet_ntop(AF_INET, &peer.in.sin_addr, out, UCSPI_IP) != NULL;
	if (peer.sa.sa_family != AF_INET6)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&peer.in6.sin6_addr))
		return inet_ntop(AF_INET, peer.in6.sin6_addr.s6_addr + 12, out, UCSPI_IP) != NULL;
	return inet_ntop(AF_INET6, &peer.in6.sin6_addr, out, UCSPI_IP) != NULL;
}

/* ${PROTO}REMOTEIP, of the first n octets of PROTO. */
static bool told_ip(char out[UCSPI_IP], char const *proto, size_t n)
{
	char name[32];
	int len = snprintf(name, sizeof name, "%.*sREMOTEIP", (int)n, proto);
	return n < sizeof name && len > 0 && (size_t)len < sizeof name && copy_ip(out, getenv(name));
}

void ucspi_remote_ip(char out[UCSPI_IP])
{
	char const *proto = protocol();
	size_t n = strlen(proto);
	if (told_ip(out, proto, n))
		return;
	if (proto[n - 1] == '6' && told_ip(out, proto, n - 1)) /* sslserver says SSL6, and SSLREMOTEIP */
		return;
	if (copy_ip(out, getenv("REMOTE_ADDR")) || peer_ip(out))
		return;
	memcpy(out, "unknown", sizeof "unknown");
}

bool ucspi_under_tls(void)
{
	char const *version = getenv("SSL_PROTOCOL");
	return (version && *version) || strcmp(protocol(), "SSL") == 0
		|| strcmp(protocol(), "SSL6") == 0;
}
