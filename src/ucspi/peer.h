/* The client at the other end, as tcpserver, sslserver, systemd or the socket itself describe it. */
#ifndef UCSPI_PEER_H
#define UCSPI_PEER_H

#include <stdbool.h>
#include <stdint.h>

#define PEER_IP 64 /* octets of an address in text, with its NUL */

/* One end of a TCP connection. IPv4 addresses mapped into IPv6 are written as IPv4. */
struct peer_end {
	char ip[PEER_IP];
	uint16_t port;
};

/* Read the client's end of the socket on descriptor 0, and our end. False: it is not a TCP
   socket. */
bool peer_remote(struct peer_end *e);
bool peer_local(struct peer_end *e);

/* Reads the client's end, from the first source that names it: ${PROTO}REMOTEIP and REMOTEPORT,
   where PROTO is TCP if it is not set (for SSL6 also SSLREMOTEIP and SSLREMOTEPORT); REMOTE_ADDR
   and REMOTE_PORT; the peer of descriptor 0. Else the address is "unknown"; port 0 is an unknown
   port. Octets of an address that are not printable are replaced by `?`. */
void peer_client(struct peer_end *e);

/* Writes only the address of peer_client. */
void peer_ip(char out[PEER_IP]);

/* Is the connection under TLS from its first octet? True if SSL_PROTOCOL is set, or PROTO is SSL or
   SSL6. If a wrapper still offers TLS on demand, the answer does not count. */
bool peer_is_under_tls(void);

#endif
