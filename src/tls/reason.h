/* BearSSL's errors in words. */
#ifndef TLS_REASON_H
#define TLS_REASON_H

#define REASON_MAX 64

/* Writes what error `e` of an engine means to out, a string. */
void reason_text(int e, char out[REASON_MAX]);

#endif
