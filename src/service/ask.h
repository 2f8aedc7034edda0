/* Asking a standing service: one request, one reply. serve.h is the other side.

   A service waits at a UNIX datagram socket. One datagram is one request. It carries descriptors
   (SCM_RIGHTS): up to ASK_FDS that belong to the request, and last one end of a SOCK_SEQPACKET
   pair. The reply is one packet on the other end. If that end closes without a packet, there is
   no reply. The service may have done its work all the same: the request is not repeated. */
#ifndef SERVICE_ASK_H
#define SERVICE_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#define ASK_FDS 2
#define ASK_DOWN_MS 5000 /* a service that restarts is away for less */

struct ask {
	char const *path;         /* of the socket */
	struct iovec const *data; /* the request, in pieces; at least one octet */
	size_t pieces;
	int const *fds;           /* descriptors of the request, or NULL */
	size_t fds_n;             /* at most ASK_FDS */
	uint64_t deadline;        /* a time of clock_ms */
	int client;               /* asking ends when the reader of this descriptor has gone; -1: not used */
	int *line;                /* in and out: a socket connected to the service, or -1, for the next request;
	                             NULL: no descriptor is kept */
};

enum ask_end {
	ASK_REPLIED,
	ASK_NOT_SENT,    /* errno says why */
	ASK_NO_REPLY,    /* the service has refused to reply, or has ended */
	ASK_LATE,        /* no reply until the deadline */
	ASK_CLIENT_GONE
};

/* Sends the request, and waits for the reply, whose *n octets go to reply (at most max of
   them). A full socket is tried again until the deadline; one without a
   service (ENOENT, ECONNREFUSED) for ASK_DOWN_MS, since a service may restart. Signals that
   are not blocked do not end the waiting. */
enum ask_end ask(struct ask const *a, char *reply, size_t max, size_t *n);

#define ASK_REASON 256

/* Writes how the asking ended, for the log: `/run/saca/door/login: no reply in time`. error:
   errno after ASK_NOT_SENT. */
void ask_reason(char out[ASK_REASON], char const *path, enum ask_end end, int error);

/* Asks whether a service works (option -t): sends the request that is one NUL, and waits for
   5 seconds. True: the reply is one NUL. False: out has the reason. */
bool ask_works(char const *path, char out[ASK_REASON]);

#endif
