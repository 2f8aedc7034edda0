/* Moves octets between a client on the network and a program on a socket. */
#define _GNU_SOURCE /* POLLRDHUP */
#include "tls/pump.h"

#include "base/clock.h"
#include "base/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FLUSH_MS = 10000, /* for a client to take the program's last octets */
	LEAVE_MS = 2000,  /* and then to answer our close_notify, or to hang up */
	BURST = 32,       /* reads from one side before the other has its turn */
	CHUNK = 4096      /* at least so much goes straight to where the engine wants it */
};

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* POLLHUP tells the same, of one who writes and reads no more */
#endif

/* Is fd a socket? Then it is read with MSG_DONTWAIT: O_NONBLOCK would also hold for others
   who have it. */
static bool prepare(int fd)
{
	static int const on = 1;
	int type;
	socklen_t n = sizeof type;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* not TCP: no matter */
		return true;
	}
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return false;
}

void pump_init(struct pump *p, struct server *server, struct sessions *sessions, int in, int out,
	int app)
{
	p->server = server;
	p->sessions = sessions;
	p->in = in;
	p->out = out;
	p->app = app;
	p->in_socket = prepare(in);
	p->out_socket = prepare(out);
	p->in_eof = p->out_dead = p->app_gone = p->app_eof = p->app_told = p->named = false;
	p->wire_at = p->wire_len = p->ahead_at = p->ahead_len = 0;
	p->hello.header_len = p->hello.left = p->hello.len = 0;
}

static bool later(ssize_t r)
{
	return r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

/* --- The network -------------------------------------------------------------------- */

/* The ClientHello is kept back until it is whole, in however many records it comes: the cache
   must know the server's name before the engine, which reads the session's ID first, asks it
   for the session. One that is none, or too long, the engine gets as it is, and no name. */
static void look(struct pump *p, size_t from)
{
	enum hello_state e = hello_take(&p->hello, p->ahead + from, p->ahead_len - from);
	size_t at, len;
	if (e == HELLO_PART && p->ahead_len < PUMP_AHEAD)
		return;
	if (e == HELLO_WHOLE && hello_server_name(p->hello.content, p->hello.len, &at, &len))
		sessions_name(p->sessions, p->hello.content + at, len);
	p->named = true;
}

/* Gives the engine what has been read ahead, as far as it has room. True: something. */
static bool feed(struct pump *p)
{
	br_ssl_engine_context *eng = &p->server->ctx.eng;
	unsigned char *room;
	size_t size, from = p->ahead_at;
	while (p->named && p->ahead_at < p->ahead_len && (room = br_ssl_engine_recvrec_buf(eng, &size))) {
		size_t n = p->ahead_len - p->ahead_at;
		n = n < size ? n : size;
		memcpy(room, p->ahead + p->ahead_at, n);
		p->ahead_at += n;
		br_ssl_engine_recvrec_ack(eng, n);
	}
	return p->ahead_at > from;
}

/* Can the engine take something that has not been read yet? */
static bool wants(struct pump const *p, unsigned char **room, size_t *size)
{
	return !p->in_eof && !(p->named && p->ahead_at < p->ahead_len)
		&& (*room = br_ssl_engine_recvrec_buf(&p->server->ctx.eng, size));
}

/* Reads into s[0..size). True: all of that, so there may be more. */
static bool read_into(struct pump *p, unsigned char *s, size_t size, size_t *got)
{
	ssize_t r = p->in_socket ? recv(p->in, s, size, MSG_DONTWAIT) : read(p->in, s, size);
	*got = r > 0 ? (size_t)r : 0;
	p->in_eof = r <= 0 && !later(r);
	return *got == size;
}

/* Small records are read several at a time, by way of `ahead`. */
static bool read_some(struct pump *p, unsigned char *room, size_t size)
{
	size_t got;
	bool more;
	if (p->named && size >= CHUNK) {
		more = read_into(p, room, size, &got);
		if (got > 0)
			br_ssl_engine_recvrec_ack(&p->server->ctx.eng, got);
		return more;
	}
	size_t from = p->named ? 0 : p->ahead_len;
	more = read_into(p, p->ahead + from, p->named ? CHUNK : PUMP_AHEAD - from, &got);
	p->ahead_at = 0;
	p->ahead_len = from + got;
	if (!p->named && got > 0)
		look(p, from);
	feed(p);
	return more;
}

static void read_network(struct pump *p)
{
	size_t size;
	unsigned char *room;
	for (int i = 0; i < BURST && wants(p, &room, &size); i++)
		if (!read_some(p, room, size))
			return;
}

/* Takes what records the engine has finished, as far as there is room. */
static void gather(struct pump *p)
{
	br_ssl_engine_context *eng = &p->server->ctx.eng;
	size_t n;
	unsigned char *s;
	if (p->wire_at == p->wire_len)
		p->wire_at = p->wire_len = 0;
	while (p->wire_len < PUMP_WIRE && (s = br_ssl_engine_sendrec_buf(eng, &n))) {
		if (n > PUMP_WIRE - p->wire_len)
			n = PUMP_WIRE - p->wire_len;
		memcpy(p->wire + p->wire_len, s, n);
		p->wire_len += n;
		br_ssl_engine_sendrec_ack(eng, n);
	}
}

/* True: the network takes no more at present. */
static bool write_network(struct pump *p)
{
	for (;;) {
		gather(p);
		size_t n = p->wire_len - p->wire_at;
		if (n == 0 || p->out_dead)
			return false;
		ssize_t r = p->out_socket
			? send(p->out, p->wire + p->wire_at, n, MSG_DONTWAIT | MSG_NOSIGNAL)
			: write(p->out, p->wire + p->wire_at, n);
		if (later(r))
			return true;
		if (r < 0)
			p->out_dead = true;
		else
			p->wire_at += (size_t)r;
	}
}

/* --- The program -------------------------------------------------------------------- */

static void read_program(struct pump *p)
{
	br_ssl_engine_context *eng = &p->server->ctx.eng;
	size_t size;
	unsigned char *room = br_ssl_engine_sendapp_buf(eng, &size);
	if (!room)
		return;
	ssize_t r = recv(p->app, room, size, MSG_DONTWAIT);
	if (later(r))
		return;
	if (r <= 0) {
		p->app_eof = true;
		return;
	}
	br_ssl_engine_sendapp_ack(eng, (size_t)r);
	br_ssl_engine_flush(eng, 0);
}

/* True: the program takes no more at present. One that has stopped reading altogether, but
   not writing, must not keep its client from hearing it: what comes for it is dropped. */
static bool write_program(struct pump *p)
{
	br_ssl_engine_context *eng = &p->server->ctx.eng;
	size_t n;
	unsigned char *s;
	while ((s = br_ssl_engine_recvapp_buf(eng, &n))) {
		ssize_t r = send(p->app, s, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (later(r))
			return true;
		br_ssl_engine_recvapp_ack(eng, r < 0 ? n : (size_t)r);
	}
	if (p->in_eof && !p->app_told) {
		shutdown(p->app, SHUT_WR);
		p->app_told = true;
	}
	return false;
}

/* --- Both --------------------------------------------------------------------------- */

static struct pollfd watch(int fd, bool in, bool out)
{
	return (struct pollfd){.fd = in || out ? fd : -1, .events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0))};
}

/* Waits until one of what `p` can do next can be done, and does the reading. What the program
   has written while the client takes nothing lies where it is, but that it has ended is seen.
   False: the deadline has passed, or nothing can come any more. */
static bool wait_and_read(struct pump *p, bool out_full, bool app_full, bool app, uint64_t deadline)
{
	unsigned char *room;
	size_t n;
	bool from_in = wants(p, &room, &n);
	bool from_app = app && !p->app_eof && br_ssl_engine_sendapp_buf(&p->server->ctx.eng, &n);
	struct pollfd x[] = {watch(p->in, from_in, false), watch(p->out, false, out_full), watch(p->app, from_app, app_full)};
	if (!from_app && !p->app_gone) {
		x[2].fd = p->app;
		x[2].events |= POLLRDHUP;
	}
	if (!from_in && !from_app && !out_full && !app_full)
		return false;
	int r = wait_ready(x, 3, deadline, NULL);
	if (r < 0)
		return errno == EINTR;
	if (from_in && x[0].revents)
		read_network(p);
	if (from_app && x[2].revents & ~POLLOUT)
		read_program(p);
	else if (!from_app && x[2].revents & (POLLHUP | POLLRDHUP))
		p->app_gone = true;
	return r > 0;
}

static bool closed(struct pump const *p)
{
	return br_ssl_engine_current_state(&p->server->ctx.eng) == BR_SSL_CLOSED;
}

/* Says that nothing more will come, and waits a moment for the client to go: what it has
   sent and nobody reads would make of our closing a reset, which can overtake our last
   words. */
static void hang_up(struct pump *p)
{
	unsigned char dropped[512];
	uint64_t deadline = clock_ms() + LEAVE_MS;
	if (p->out_dead || !p->out_socket || shutdown(p->out, SHUT_WR) < 0)
		return;
	while (!p->in_eof && wait_for(p->in, POLLIN, deadline) > 0) {
		ssize_t r = read(p->in, dropped, sizeof dropped);
		p->in_eof = r <= 0 && !later(r);
	}
}

int pump_handshake(struct pump *p, unsigned int ms)
{
	br_ssl_engine_context *eng = &p->server->ctx.eng;
	uint64_t deadline = clock_ms() + ms;
	for (;;) {
		bool full;
		do {
			full = write_network(p);
		} while (feed(p));
		if (closed(p)) {
			int e = br_ssl_engine_last_error(eng);
			hang_up(p);
			return e == BR_ERR_OK ? BR_ERR_IO : e;
		}
		if (!full && br_ssl_engine_current_state(eng) & BR_SSL_SENDAPP)
			return 0;
		if (p->out_dead || p->in_eof)
			return BR_ERR_IO;
		if (p->app_gone)
			return PUMP_TIMEOUT;
		if (!wait_and_read(p, full, false, false, deadline))
			return PUMP_TIMEOUT;
	}
}

/* The program has ended. What it has not read of what came for it is dropped. */
static void leave(struct pump *p)
{
	br_ssl_engine_context *eng = &p->server->ctx.eng;
	uint64_t deadline = clock_ms() + FLUSH_MS;
	size_t n;
	while (br_ssl_engine_recvapp_buf(eng, &n))
		br_ssl_engine_recvapp_ack(eng, n);
	br_ssl_engine_close(eng);
	while (write_network(p))
		if (!wait_and_read(p, true, false, false, deadline))
			return;
	hang_up(p);
}

/* The client has closed the session, or broken it: the program hears of it, and what it
   still says goes nowhere. */
static void drain(struct pump *p)
{
	unsigned char dropped[512];
	ssize_t r;
	shutdown(p->app, SHUT_WR);
	if (p->out_socket)
		shutdown(p->out, SHUT_WR);
	do {
		r = recv(p->app, dropped, sizeof dropped, 0);
	} while (r > 0 || (r < 0 && errno == EINTR));
}

/* A client has some time for each part of what a program that has ended left behind. */
void pump_run(struct pump *p)
{
	uint64_t deadline = WAIT_FOREVER;
	for (;;) {
		bool app_full, out_full;
		do {
			app_full = write_program(p);
			out_full = write_network(p);
		} while (feed(p));
		if (closed(p)) {
			drain(p);
			return;
		}
		if (p->out_dead)
			return;
		if (p->app_eof) {
			leave(p);
			return;
		}
		if (p->app_gone && (deadline == WAIT_FOREVER || !out_full))
			deadline = clock_ms() + FLUSH_MS;
		if (!wait_and_read(p, out_full, app_full, true, deadline))
			return;
	}
}
