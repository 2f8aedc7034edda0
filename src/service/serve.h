/* A standing service: requests in datagrams, each answered on a socket of its own. ask.h is
   the other side, and describes the exchange.

   The peers are not trusted. A request that is too long, lacks descriptors, or has too many is
   dropped without a reply. No peer can make a service wait: the reply is sent without
   blocking, and descriptors are closed under a timer (serve_finish). */
#ifndef SERVICE_SERVE_H
#define SERVICE_SERVE_H

#include "base/log.h"
#include "service/ask.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SERVE_SOCKET 0    /* the descriptor of the service's socket */
#define SERVE_FDS 512     /* open descriptors that a service needs: one request can bring 253 */
#define SERVE_SECONDS 600 /* a worker that takes longer for one request is ended */

struct serve_request {
	char *data;    /* in the caller's room */
	size_t n;      /* at least 1 */
	int fds[ASK_FDS];
	size_t fds_n;
	int reply;     /* -1: replied */
};

enum serve_receipt {
	SERVE_RECEIVED,
	SERVE_NOTHING, /* a signal came; or there is no request, and wait is false */
	SERVE_DROPPED, /* it was malformed, and is closed */
	SERVE_FAILED   /* errno */
};

/* Prepares a service, once, at the start: clears O_NONBLOCK of its socket, ignores SIGPIPE, and
   raises the limit of open descriptors to SERVE_FDS. Ends the program with a message if descriptor 0
   is not a UNIX datagram socket. */
void serve_prepare(void);

/* Receives one request of at most max octets into room. The request has 0 to ASK_FDS descriptors
   (fds_n); the caller checks that the number is right. */
enum serve_receipt serve_receive(struct serve_request *r, char *room, size_t max, bool wait);

/* Is the request the question of option -t (a single NUL)? The reply is one NUL if the service works. */
bool serve_is_probe(struct serve_request const *r);

/* Has the peer closed its end? Then the reply has no reader. */
bool serve_is_abandoned(struct serve_request const *r);

/* Sets the line of the log for a request that takes more than SERVE_SECONDS: it names the client.
   NULL: a general one, as at the start of each request. The line stays the caller's. */
void serve_set_late_line(struct log_line const *line);

/* Sends the reply, one packet, and closes that end. False: the peer has gone. Later calls for the
   same request do nothing. */
bool serve_reply(struct serve_request *r, void const *s, size_t n);

/* Closes all descriptors of the request. A peer can choose descriptors whose close(2) blocks
   (a TCP socket that lingers): a timer interrupts it. */
void serve_finish(struct serve_request *r);

/* Is fd a regular file in memory (tmpfs)? Reading any other descriptor could block. */
bool serve_is_memory_file(int fd);

/* A service whose workers handle one request each at a time. */
struct serve {
	unsigned int workers;
	size_t max; /* octets of a request */
	/* Called in each worker before its first request. A failure ends the worker by _exit. */
	void (*start)(void *arg);
	/* Handles one request, and replies. The descriptors are closed by the caller. */
	void (*handle)(void *arg, struct serve_request *r);
	void *arg;
};

/* Runs workers until SIGTERM; then each finishes its request. Logs a worker that dies, and starts
   another. Workers die with this process. Returns the exit code. */
int serve_workers(struct serve const *s);

#endif
