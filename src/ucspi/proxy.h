/* The PROXY protocol, versions 1 (a line) and 2 (binary): the header that a load balancer sends before
   the client's octets (haproxy's doc/proxy-protocol.txt).

   The octets after the header belong to another program, so none of them may be read. The caller asks
   with proxy_want how many octets it may read, reads them, passes them to proxy_take, and repeats. */
#ifndef UCSPI_PROXY_H
#define UCSPI_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROXY_HEADER 4096 /* octets of a header at most */
#define PROXY_IP 46       /* octets of an address in text, its NUL included */
#define PROXY_TLS 16      /* octets of the name of a TLS version, its NUL included */

enum proxy_fault {
	PROXY_OK,
	PROXY_NONE,      /* the octets are not a header */
	PROXY_VERSION,   /* neither version 1 nor 2 */
	PROXY_COMMAND,   /* neither LOCAL nor PROXY */
	PROXY_FAMILY,    /* an unknown family or protocol */
	PROXY_LONG,      /* more than PROXY_HEADER octets, or a line of more than 107 */
	PROXY_SHORT,     /* too few octets for the addresses */
	PROXY_LINE,      /* version 1: wrong words, blanks or line end */
	PROXY_ADDRESS,   /* version 1: not an address of that family */
	PROXY_PORT,      /* version 1: not a port */
	PROXY_TLV,       /* version 2: the fields after the addresses are damaged */
	PROXY_CHECKSUM,  /* version 2: the CRC-32c is wrong */
};

struct proxy_end {
	char ip[PROXY_IP];
	uint16_t port;
};

struct proxy {
	size_t len;
	bool done;                      /* the header is complete: known and tls are set */
	bool known;                     /* remote and local are set, too; if not (LOCAL, UNKNOWN, UDP,
	                                   UNIX), the ends of the connection itself count */
	struct proxy_end remote, local; /* the client, and the address that it connected to */
	char tls[PROXY_TLS];            /* the TLS version between client and balancer, or "" */
	unsigned char s[PROXY_HEADER];
};

/* Begins a header. The struct need not be initialized. */
void proxy_start(struct proxy *p);

/* Returns the number of octets that may be read to p->s + p->len; 0: the header is complete. */
size_t proxy_want(struct proxy const *p);

/* Takes n octets, at most proxy_want, that were read to p->s + p->len. After a fault do not call it
   again. */
enum proxy_fault proxy_take(struct proxy *p, size_t n);

/* The fault in words, for a log. */
char const *proxy_reason(enum proxy_fault fault);

#endif
