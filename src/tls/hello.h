/* The server name in a ClientHello, before BearSSL reads it. BearSSL looks the session up before it
   knows the name, and a session must not be resumed under another name (RFC 6066 3). */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>

#define HELLO_MAX 16384 /* octets of a ClientHello that is read */

/* A ClientHello that is collected from records of any size. It begins all zero. */
struct hello {
	size_t header_len, left, len; /* octets: read of a record's header, missing of its content, read of the message */
	unsigned char header[5], content[HELLO_MAX];
};

enum hello_state {
	HELLO_PART,  /* a part of a ClientHello: more octets are needed */
	HELLO_WHOLE, /* content[0..len) begins with a complete ClientHello */
	HELLO_NONE,  /* not a ClientHello, or longer than HELLO_MAX */
};

/* Adds the next octets of the connection. Do not call it again after WHOLE or NONE. */
enum hello_state hello_add(struct hello *h, unsigned char const *s, size_t n);

/* s[0..n) begins with a ClientHello (RFC 5246 7.4.1.2). Its server_name extension is
   s[*at, *at + *len); *len is 0 if there is no such extension. False: malformed or incomplete. */
bool hello_server_name(unsigned char const *s, size_t n, size_t *at, size_t *len);

#endif
