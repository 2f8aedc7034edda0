/* The client on descriptors 0 and 1: reads and writes that end by an absolute clock, and
   replies that are kept until something must be waited for. */
#ifndef SMTP_CLIENT_H
#define SMTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_OUT 16384 /* octets of replies kept at the most */

struct client {
	size_t len; /* octets kept */
	bool gone;  /* a write failed or took too long: nothing is written any more */
	char out[CLIENT_OUT];
};

enum client_event {
	CLIENT_DATA,
	CLIENT_EOF,     /* or an error: nobody is there */
	CLIENT_TIMEOUT,
	CLIENT_STOPPED  /* SIGTERM */
};

/* Ignores SIGPIPE and takes SIGTERM, which from here on is only looked at while waiting, or
   when asked. Once, at the start. -1 and errno on failure. */
int client_signals(void);

/* Has SIGTERM come? */
bool client_stopped(void);

/* Keeps octets for the client; writes when the room is full. deadline: of such a write, in
   terms of clock_ms. */
void client_put(struct client *c, char const *s, size_t n, uint64_t deadline);

/* Writes what is kept, after SIGTERM within five seconds. False, now and ever after: the
   client is gone. */
bool client_flush(struct client *c, uint64_t deadline);

/* Flushes, waits, reads at most n octets to s; *got says how many. Nothing is read once the
   deadline has passed, though there be something: a client who never pauses ends like others. */
enum client_event client_read(struct client *c, char *s, size_t n, size_t *got, uint64_t deadline);

#endif
