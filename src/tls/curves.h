/* The elliptic curves: BearSSL's, and X25519 by the fastest code there is here. */
#ifndef TLS_CURVES_H
#define TLS_CURVES_H

#include <bearssl.h>

void curves_init(br_ec_impl *curves);

#endif
