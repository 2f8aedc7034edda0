/* BearSSL's errors in words. */
#ifndef TLS_REASON_H
#define TLS_REASON_H

#define REASON_MAX 64

/* Writes the meaning of the engine's error e, such as `alert sent: handshake failure`. */
void reason_text(int e, char out[REASON_MAX]);

#endif
