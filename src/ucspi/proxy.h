/* The header that a load balancer sends before anything else: the PROXY protocol, versions
   1 (a line) and 2 (binary), as haproxy's doc/proxy-protocol.txt describes them.

   A reader of the header must not read one octet more than it has, for what follows is
   another program's. So it asks here how many octets may be read, reads them, hands them
   over, and asks again. */
#ifndef UCSPI_PROXY_H
#define UCSPI_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROXY_HEADER 4096 /* octets of a header; no balancer's comes near it */
#define PROXY_IP 46       /* octets of an address in text, its NUL included */
#define PROXY_TLS 16      /* octets of the name of a version of TLS, its NUL included */

enum proxy_fault {
	PROXY_OK,
	PROXY_NONE,      /* it begins like no header */
	PROXY_VERSION,   /* neither version 1 nor 2 */
	PROXY_COMMAND,   /* neither LOCAL nor PROXY */
	PROXY_FAMILY,    /* a family or protocol that the text does not have */
	PROXY_LONG,      /* more than PROXY_HEADER octets, or a line of more than 107 */
	PROXY_SHORT,     /* too few octets for addresses of that family */
	PROXY_LINE,      /* version 1: not the words, blanks and line end there must be */
	PROXY_ADDRESS,   /* version 1: not an address of that family */
	PROXY_PORT,      /* version 1: not a port */
	PROXY_TLV,       /* version 2: what follows the addresses is damaged */
	PROXY_CHECKSUM,  /* version 2: the CRC-32c is wrong */
};

struct proxy_end {
	char ip[PROXY_IP];
	uint16_t port;
};

struct proxy {
	size_t len;
	bool done;
	/* Once done. known: the client's address and the one it called are in remote and local;
	   else the connection's own ends hold (LOCAL, UNKNOWN, UDP, UNIX). tls: what the balancer
	   says of TLS between the client and itself: the version, or "" for none. */
	bool known;
	struct proxy_end remote, local;
	char tls[PROXY_TLS];
	unsigned char s[PROXY_HEADER];
};

/* At the start; the rest of the struct need not be set. */
void proxy_start(struct proxy *p);

/* How many octets belong to the header for sure and have not been handed over; 0 once it is
   done. They go to p->s + p->len. */
size_t proxy_want(struct proxy const *p);

/* n octets more, at most proxy_want, lie at p->s + p->len. Anything but PROXY_OK ends it. */
enum proxy_fault proxy_take(struct proxy *p, size_t n);

/* The fault in words, for a log. */
char const *proxy_reason(enum proxy_fault fault);

#endif
