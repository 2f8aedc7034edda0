/* PEM (RFC 7468), in place and in constant time for all that is secret: BearSSL's decoder
   is also constant, but takes a millisecond for a chain and a key, more than the key
   exchange. */
#ifndef TLS_PEM_H
#define TLS_PEM_H

#include <stddef.h>

#define PEM_NAME 40

struct pem {
	char *s;             /* the text, which the octets overwrite from its begin on */
	size_t n, at;        /* its length; how far it has been read */
	char name[PEM_NAME]; /* of the object found */
	unsigned char *der;  /* its octets, in s */
	size_t len;
};

enum pem_event {
	PEM_OBJECT,
	PEM_END,      /* no more of them */
	PEM_BAD,      /* not base64, or it has no end */
	PEM_ENCRYPTED /* in the old way, with Proc-Type and DEK-Info (RFC 1421) */
};

/* The next object; what stands around them is passed over. The content of the one before
   stays where it is. */
enum pem_event pem_next(struct pem *p);

#endif
