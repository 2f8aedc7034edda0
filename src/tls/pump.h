/* Moves octets between a client on the network and a program on a socket, through the TLS
   engine. Waits for neither side without listening to the other, gathers the engine's small
   records into one write, and ends when there is nothing left to do. */
#ifndef TLS_PUMP_H
#define TLS_PUMP_H

#include "tls/hello.h"
#include "tls/server.h"
#include "tls/sessions.h"

#include <stdbool.h>
#include <stddef.h>

#define PUMP_WIRE 4096
#define PUMP_AHEAD 16384

struct pump {
	struct server *server;
	struct sessions *sessions;
	int in, out, app;           /* the network; the program's socket */
	bool in_socket, out_socket;
	bool in_eof, out_dead, app_told;
	bool app_gone, app_eof;     /* the program has ended; and all it wrote has been read */
	bool named;                 /* the ClientHello has been looked at */
	size_t wire_at, wire_len, ahead_at, ahead_len;
	unsigned char wire[PUMP_WIRE]; /* for the network: [wire_at..wire_len) */
	unsigned char ahead[PUMP_AHEAD]; /* from the network, for the engine, likewise */
	struct hello hello;
};

/* in and out: the client's descriptors, sockets or not; app is a stream socket. They are not
   closed here. Call it before the privileges go: where in
   and out are no sockets they are made non-blocking, and where they are TCP, no write
   waits for others (TCP_NODELAY). */
void pump_init(struct pump *p, struct server *server, struct sessions *sessions, int in, int out,
	int app);

/* Shakes hands, within ms milliseconds, and while the program waits for it. 0: done, what the program writes may flow. Else an
   error of the engine (see reason.h), or PUMP_TIMEOUT; an alert has then been sent if there
   was one to send. */
#define PUMP_TIMEOUT (-1)
int pump_handshake(struct pump *p, unsigned int ms);

/* From then on, until the program has closed its side, all of it has been sent, and
   close_notify after it; or until the client has closed its side and the program has too.
   The program reads an end of file as soon as the client's octets end, in whatever way.
   After the client's close_notify what the program still writes is read and dropped (RFC
   5246 7.2.1). A client that doesn't read, or doesn't go, gets a few seconds after the
   program's end. */
void pump_run(struct pump *p);

#endif
