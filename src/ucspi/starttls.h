/* UCSPI-TLS, the program's side: a server that begins in the clear asks the wrapper around it for
   TLS. The wrapper passes three descriptors in the environment: SSLCTLFD for the request, and
   SSLREADFD and SSLWRITEFD for the plaintext after the handshake; the three may be one. Wrappers
   are saca-tlsd -d, s6-ucspitlsd, sslserver and others that follow the protocol of Scott Gifford
   and Charlie Brady (ucspi-tls(2) of ucspi-ssl). */
#ifndef UCSPI_STARTTLS_H
#define UCSPI_STARTTLS_H

#include <stdbool.h>
#include <stdint.h>

struct starttls {
	int ctl, in, out; /* -1: no descriptor. starttls_start closes all of them */
};

enum starttls_state {
	STARTTLS_NONE,      /* no wrapper offers TLS */
	STARTTLS_READY,     /* a wrapper waits for the request */
	STARTTLS_DEAD,      /* the wrapper has ended, for example without a certificate */
	STARTTLS_MALFORMED, /* the variables are malformed, or name descriptors that are not open */
};

/* Reads SSLCTLFD, SSLREADFD and SSLWRITEFD, and removes them and UCSPITLS from the environment. The
   descriptors become close-on-exec. If the connection is under TLS already, faulty variables are
   the remains of an sslserver that has used them: NONE. Never DEAD: the wrapper may still be
   reading its certificate. */
enum starttls_state starttls_init(struct starttls *u);

/* The state now, without waiting: NONE, READY or DEAD. Call it before the 220 to STARTTLS. */
enum starttls_state starttls_look(struct starttls const *u);

/* Call it when the 220 has been sent; from then on the wrapper owns the socket. Requests TLS, waits
   for the end of the handshake until `deadline` (clock_ms), and moves the plaintext to descriptors
   0 and 1. The caller must discard what it has read but not used (RFC 3207 4.2). Of the variables
   that the wrapper sends back, those that begin with SSL_ are set, or unset if they have no value.
   False: descriptors 0 and 1 cannot be used any more; errno is EPROTO (the handshake failed, or the
   wrapper ended), ETIMEDOUT, or that of a system call. */
bool starttls_start(struct starttls *u, uint64_t deadline);

#endif
