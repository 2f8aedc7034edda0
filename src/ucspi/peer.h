/* Who is at the other end: the UCSPI environment that tcpserver and its kin set up. */
#ifndef UCSPI_PEER_H
#define UCSPI_PEER_H

#include <stdbool.h>

#define UCSPI_IP 64 /* octets of an address, its NUL included */

/* The client's address: ${PROTO}REMOTEIP (PROTO is TCP unless set; of SSL6 also SSLREMOTEIP),
   else REMOTE_ADDR, else what getpeername says of descriptor 0, else "unknown". Printable, at most UCSPI_IP - 1
   octets. */
void ucspi_remote_ip(char out[UCSPI_IP]);

/* Is the session under TLS from its first octet: SSL_PROTOCOL is set, or PROTO is SSL
   or SSL6? Where a wrapper still offers TLS it is not, whatever PROTO says. */
bool ucspi_under_tls(void);

#endif
