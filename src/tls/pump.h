/* Moves octets between a client on the network and a program on a socket, through the TLS engine. While
   it waits for one side it serves the other. Small records of the engine go out in one write. */
#ifndef TLS_PUMP_H
#define TLS_PUMP_H

#include "tls/hello.h"
#include "tls/server.h"
#include "tls/sessions.h"

#include <stdbool.h>
#include <stddef.h>

#define PUMP_WIRE 4096
#define PUMP_AHEAD 16384

/* The buffers. The first octets to the network follow the ClientHello. */
struct pump_room {
	union {
		unsigned char wire[PUMP_WIRE];   /* to the network: [wire_at, wire_len) */
		struct hello hello;
	};
	unsigned char ahead[PUMP_AHEAD]; /* from the network to the engine: [ahead_at, ahead_len) */
};

struct pump {
	struct server *server;
	struct sessions *sessions;
	int in, out, app;            /* the network; the program's socket */
	bool in_is_socket, out_is_socket;
	bool in_ended, out_failed;   /* the network: nothing more can be read, or written */
	bool app_gone, app_ended;    /* the program has ended; and all its output has been read */
	bool app_told;               /* the program's input has been ended */
	bool hello_read;             /* the ClientHello has been read, or given up */
	size_t wire_at, wire_len, ahead_at, ahead_len;
	struct pump_room *room;
};

/* in, out: the client's descriptors; app: a stream socket. They and the room stay the caller's. Call it before the
   process gives up its rights: TCP sockets get TCP_NODELAY, and descriptors that are not sockets
   get O_NONBLOCK. */
void pump_init(struct pump *p, struct pump_room *room, struct server *server, struct sessions *sessions, int in,
	int out, int app);

/* Does the handshake, in at most ms milliseconds and only while the program waits for it. Returns 0, an
   error of the engine (tls/reason.h), or PUMP_TIMEOUT. An alert, if there is one, has been sent. */
#define PUMP_TIMEOUT (-1)
int pump_handshake(struct pump *p, unsigned int ms);

/* Serves the session until it is over: the program has closed its side, and its output and
   close_notify have been sent; or both client and program have closed their sides. When the
   client's octets end, in any way, the program reads an end of file. After the client's
   close_notify the program's output is discarded (RFC 5246 7.2.1). After the program's end, a
   client that does not read, or does not close, gets a few seconds. */
void pump_run(struct pump *p);

#endif
