/* The program's side of UCSPI-TLS: how a server that began in the clear asks the process
   around it for TLS. The wrapper hands over three descriptors by environment, SSLCTLFD to
   ask on, SSLREADFD and SSLWRITEFD for the plaintext afterwards; the three may be one.
   Works with saca-tlsd -d, s6-ucspitlsd, sslserver and whatever else follows Gifford's
   and Brady's text (ucspi-tls(2) of ucspi-ssl). */
#ifndef UCSPI_STARTTLS_H
#define UCSPI_STARTTLS_H

#include <stdbool.h>

struct ucspitls {
	int ctl, in, out; /* -1: none; of no use after ucspitls_start */
};

enum ucspitls_state {
	UCSPITLS_NONE,  /* no wrapper offers TLS: STARTTLS is 502, and EHLO says nothing of it */
	UCSPITLS_READY, /* a wrapper waits for the word: 220 */
	UCSPITLS_DEAD,  /* it was there and has gone, for want of a certificate, say: 454 */
	UCSPITLS_BAD,   /* the variables are malformed or name no open descriptors: exit 100 (but
	                   NONE where TLS is on already, which makes them another's leavings) */
};

/* Once, at the start: reads SSLCTLFD, SSLREADFD and SSLWRITEFD strictly and takes them,
   and UCSPITLS with them, out of the environment. The descriptors become close-on-exec,
   so that no child of the caller inherits them. Never UCSPITLS_DEAD: the wrapper may
   still be reading its certificate. */
enum ucspitls_state ucspitls_init(struct ucspitls *u);

/* Now: NONE, READY or DEAD, without waiting. Ask before EHLO names STARTTLS, if you like,
   and in any case before 220. */
enum ucspitls_state ucspitls_look(struct ucspitls const *u);

/* After the 220 has gone out (the wrapper owns the socket from here on): asks for TLS,
   waits at most `ms` milliseconds for the handshake's end, and puts the plaintext on
   descriptors 0 and 1. What the caller had read and not used is the caller's to throw away
   (RFC 3207 4.2). Variables that the wrapper sends back (SSL_PROTOCOL, SSL_CIPHER, ...)
   are set, those named without a value are unset; names that don't begin with SSL_ are
   passed over. True: 0 and 1 speak TLS. False: they are of no use any more (the handshake
   failed, took too long, or the wrapper died; errno says which: EPROTO, ETIMEDOUT or a
   system call's): close and say nothing. The descriptors in u are closed either way. */
bool ucspitls_start(struct ucspitls *u, unsigned int ms);

#endif
