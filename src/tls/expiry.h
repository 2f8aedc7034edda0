/* The expiry of a certificate. */
#ifndef TLS_EXPIRY_H
#define TLS_EXPIRY_H

#include "tls/keypair.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads the notAfter time (RFC 5280 4.1.2.5) of the first certificate of the chain, in seconds
   since 1970. False: it cannot be read. */
bool expiry_read(struct keypair const *k, int64_t *seconds);

#endif
