/* What a server must know of a ClientHello before BearSSL looks its session up: which
   server the client means. BearSSL reads the session ID first and the names later, and
   a session must not be taken up under another name (RFC 6066 3). */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>

#define HELLO_MAX 16384 /* octets of a ClientHello that is looked at */

/* A ClientHello in the making, from records of whatever size. All zero at first. */
struct hello {
	size_t header_len, left, len; /* of a record's header come; of its content to come */
	unsigned char header[5], content[HELLO_MAX];
};

enum hello_state {
	HELLO_PART,
	HELLO_WHOLE, /* content[0..len) is one, and perhaps more */
	HELLO_NONE,  /* it is none, or a longer one */
};

/* Takes s[0..n), what comes next on the wire. Not to be called again after WHOLE or NONE. */
enum hello_state hello_take(struct hello *h, unsigned char const *s, size_t n);

/* s[0..n) begins with a ClientHello (RFC 5246 7.4.1.2). True: s[*at .. *at + *len) is the body
   of its server_name extension, or *len is 0 when there is none. False: it is malformed, or
   not whole. */
bool hello_server_name(unsigned char const *s, size_t n, size_t *at, size_t *len);

#endif
