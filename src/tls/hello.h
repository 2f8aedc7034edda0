/* What a server must know of a ClientHello before BearSSL looks its session up: which
   server the client means. BearSSL reads the session ID first and the names later, and
   a session must not be taken up under another name (RFC 6066 3). */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>

/* s[0..n) is the content of a handshake record that begins with a ClientHello (RFC 5246
   7.4.1.2). True: it is there as a whole; s[*at .. *at + *len) is the body of its
   server_name extension, or *len is 0 when there is none. False: it is malformed, or goes
   on in another record. */
bool hello_server_name(unsigned char const *s, size_t n, size_t *at, size_t *len);

#endif
