/* The client on descriptors 0 and 1. Reads and writes have absolute deadlines. Replies are buffered
   until the dialogue has to wait. */
#ifndef SMTP_CLIENT_H
#define SMTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_OUT 16384 /* octets of the buffer for replies */

struct client {
	size_t len; /* octets in the buffer */
	bool gone;  /* a write failed or took too long: later ones are ignored */
	char out[CLIENT_OUT];
};

enum client_event {
	CLIENT_DATA,
	CLIENT_EOF,     /* the client has closed its end, or reading failed */
	CLIENT_TIMEOUT,
	CLIENT_STOPPED  /* SIGTERM */
};

/* Ignores SIGPIPE, and blocks SIGTERM, which is noticed while waiting or by client_stopped. Once,
   at the start. False: errno. */
bool client_signals(void);

/* Has SIGTERM come? */
bool client_stopped(void);

/* Buffers octets for the client, and writes when the buffer is full. deadline: a time of clock_ms
   for such a write. */
void client_put(struct client *c, char const *s, size_t n, uint64_t deadline);

/* Writes the buffer; after SIGTERM within five seconds. False, now and from then on: the client has
   gone. */
bool client_flush(struct client *c, uint64_t deadline);

/* Flushes, waits, and reads at most n octets to s; *got is their number. After the deadline nothing
   is read, even if octets are there: a client that never pauses has the same clock. */
enum client_event client_read(struct client *c, char *s, size_t n, size_t *got, uint64_t deadline);

#endif
