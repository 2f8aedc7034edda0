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
	FLUSH_MS = 10000, /* a client's time to read the last octets of the program */
	LEAVE_MS = 2000,  /* the client's time to answer our close_notify, or to close, after that */
	BURST = 32,       /* reads from one side before the other side is served */
	CHUNK = 4096      /* from this size on, octets are read directly into the engine */
};

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* POLLHUP is enough for a program that has closed both directions */
#endif

/* Is fd a socket? Sockets are used with MSG_DONTWAIT: O_NONBLOCK would also change the descriptors of
   other processes. */
static bool prepare_descriptor(int fd)
{
	static int const on = 1;
	int type;
	socklen_t n = sizeof type;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* only TCP has it */
		return true;
	}
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return false;
}

void pump_init(struct pump *p, struct pump_room *room, struct server *server, struct sessions *sessions, int in,
	int out, int app)
{
	p->room = room;
	p->server = server;
	p->sessions = sessions;
	p->in = in;
	p->out = out;
	p->app = app;
	p->in_is_socket = prepare_descriptor(in);
	p->out_is_socket = prepare_descriptor(out);
	p->in_ended = p->out_failed = p->app_gone = p->app_ended = p->app_told = p->hello_read = false;
	p->wire_at = p->wire_len = p->ahead_at = p->ahead_len = 0;
	room->hello.header_len = room->hello.left = room->hello.len = 0;
}

static bool is_retry(ssize_t r)
{
	return r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

/* --- The network -------------------------------------------------------------------- */

/* Reads the server name for the session cache. Until the ClientHello is complete, the engine gets nothing
   of it: it asks the cache for the session as soon as it has read the session ID. If it is not a
   ClientHello, or too long, the engine gets it without a name. */
static void read_hello(struct pump *p, size_t from)
{
	struct hello *h = &p->room->hello;
	enum hello_state e = hello_add(h, p->room->ahead + from, p->ahead_len - from);
	size_t at, len;
	if (e == HELLO_PART && p->ahead_len < PUMP_AHEAD)
		return;
	if (e == HELLO_WHOLE && hello_server_name(h->content, h->len, &at, &len))
		sessions_set_name(p->sessions, h->content + at, len);
	p->hello_read = true;
}

/* Moves octets from `ahead` to the engine, as far as it has room. True: some were moved. */
static bool feed_engine(struct pump *p)
{
	br_ssl_engine_context *eng = &p->server->ctx.eng;
	unsigned char *room;
	size_t size, from = p->ahead_at;
	while (p->hello_read && p->ahead_at < p->ahead_len && (room = br_ssl_engine_recvrec_buf(eng, &size))) {
		size_t n = p->ahead_len - p->ahead_at;
		n = n < size ? n : size;
		memcpy(room, p->room->ahead + p->ahead_at, n);
		p->ahead_at += n;
		br_ssl_engine_recvrec_ack(eng, n);
	}
	return p->ahead_at > from;
}

/* Does the engine want octets that are not read yet? */
static bool wants_octets(struct pump const *p, unsigned char **room, size_t *size)
{
	return !p->in_ended && !(p->hello_read && p->ahead_at < p->ahead_len)
		&& (*room = br_ssl_engine_recvrec_buf(&p->server->ctx.eng, size));
}

/* Reads into s[0..size). True: it is full, so there may be more. */
static bool read_into(struct pump *p, unsigned char *s, size_t size, size_t *got)
{
	ssize_t r = p->in_is_socket ? recv(p->in, s, size, MSG_DONTWAIT) : read(p->in, s, size);
	*got = r > 0 ? (size_t)r : 0;
	p->in_ended = r <= 0 && !is_retry(r);
	return *got == size;
}

/* Reads from the network: several small records at a time, through `ahead`. */
static bool read_some(struct pump *p, unsigned char *room, size_t size)
{
	size_t got;
	bool more;
	if (p->hello_read && size >= CHUNK) {
		more = read_into(p, room, size, &got);
		if (got > 0)
			br_ssl_engine_recvrec_ack(&p->server->ctx.eng, got);
		return more;
	}
	size_t from = p->hello_read ? 0 : p->ahead_len;
	more = read_into(p, p->room->ahead + from, p->hello_read ? CHUNK : PUMP_AHEAD - from, &got);
	p->ahead_at = 0;
	p->ahead_len = from + got;
	if (!p->hello_read && got > 0)
		read_hello(p, from);
	feed_engine(p);
	return more;
}

static void read_network(struct pump *p)
{
	size_t size;
	unsigned char *room;
	for (int i = 0; i < BURST && wants_octets(p, &room, &size); i++)
		if (!read_some(p, room, size))
			return;
}

/* Moves finished records from the engine to `wire`, as far as there is room. */
static void gather_records(struct pump *p)
{
	br_ssl_engine_context *eng = &p->server->ctx.eng;
	size_t n;
	unsigned char *s;
	if (p->wire_at == p->wire_len)
		p->wire_at = p->wire_len = 0;
	while (p->wire_len < PUMP_WIRE && (s = br_ssl_engine_sendrec_buf(eng, &n))) {
		if (n > PUMP_WIRE - p->wire_len)
			n = PUMP_WIRE - p->wire_len;
		memcpy(p->room->wire + p->wire_len, s, n);
		p->wire_len += n;
		br_ssl_engine_sendrec_ack(eng, n);
	}
}

/* Writes to the network. True: it is full at present. */
static bool write_network(struct pump *p)
{
	for (;;) {
		gather_records(p);
		size_t n = p->wire_len - p->wire_at;
		if (n == 0 || p->out_failed)
			return false;
		ssize_t r = p->out_is_socket
			? send(p->out, p->room->wire + p->wire_at, n, MSG_DONTWAIT | MSG_NOSIGNAL)
			: write(p->out, p->room->wire + p->wire_at, n);
		if (is_retry(r))
			return true;
		if (r < 0)
			p->out_failed = true;
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
	if (is_retry(r))
		return;
	if (r <= 0) {
		p->app_ended = true;
		return;
	}
	br_ssl_engine_sendapp_ack(eng, (size_t)r);
	br_ssl_engine_flush(eng, 0);
}

/* Writes to the program. True: its socket is full at present. If the program has closed its input
   but still writes, the client's octets are discarded. */
static bool write_program(struct pump *p)
{
	br_ssl_engine_context *eng = &p->server->ctx.eng;
	size_t n;
	unsigned char *s;
	while ((s = br_ssl_engine_recvapp_buf(eng, &n))) {
		ssize_t r = send(p->app, s, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (is_retry(r))
			return true;
		br_ssl_engine_recvapp_ack(eng, r < 0 ? n : (size_t)r);
	}
	if (p->in_ended && !p->app_told) {
		shutdown(p->app, SHUT_WR);
		p->app_told = true;
	}
	return false;
}

/* --- Both --------------------------------------------------------------------------- */

static struct pollfd poll_entry(int fd, bool in, bool out)
{
	return (struct pollfd){.fd = in || out ? fd : -1, .events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0))};
}

/* Waits until something can be read, or written where a side was full, and reads. While the client reads
   nothing the program is not read, but its end is noticed. False: the deadline has passed, or there
   is nothing to wait for. */
static bool wait_and_read(struct pump *p, bool out_full, bool app_full, bool app, uint64_t deadline)
{
	unsigned char *room;
	size_t n;
	bool from_in = wants_octets(p, &room, &n);
	bool from_app = app && !p->app_ended && br_ssl_engine_sendapp_buf(&p->server->ctx.eng, &n);
	struct pollfd x[] = {poll_entry(p->in, from_in, false), poll_entry(p->out, false, out_full), poll_entry(p->app, from_app, app_full)};
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

static bool is_closed(struct pump const *p)
{
	return br_ssl_engine_current_state(&p->server->ctx.eng) == BR_SSL_CLOSED;
}

/* Ends our side, and gives the client a moment to close its own. Octets from it that are not read would
   turn our close(2) into a reset, which can overtake our last octets. */
static void hang_up(struct pump *p)
{
	unsigned char dropped[512];
	uint64_t deadline = clock_ms() + LEAVE_MS;
	if (p->out_failed || !p->out_is_socket || shutdown(p->out, SHUT_WR) < 0)
		return;
	while (!p->in_ended && wait_for(p->in, POLLIN, deadline) > 0) {
		ssize_t r = read(p->in, dropped, sizeof dropped);
		p->in_ended = r <= 0 && !is_retry(r);
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
		} while (feed_engine(p));
		if (is_closed(p)) {
			int e = br_ssl_engine_last_error(eng);
			hang_up(p);
			return e == BR_ERR_OK ? BR_ERR_IO : e;
		}
		if (!full && br_ssl_engine_current_state(eng) & BR_SSL_SENDAPP)
			return 0;
		if (p->out_failed || p->in_ended)
			return BR_ERR_IO;
		if (p->app_gone)
			return PUMP_TIMEOUT;
		if (!wait_and_read(p, full, false, false, deadline))
			return PUMP_TIMEOUT;
	}
}

/* The program has ended: discards its input, sends its output and close_notify. */
static void end_session(struct pump *p)
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

/* The client has closed the session, or broken it: ends the program's input, discards its output. */
static void drain_program(struct pump *p)
{
	unsigned char dropped[512];
	ssize_t r;
	shutdown(p->app, SHUT_WR);
	if (p->out_is_socket)
		shutdown(p->out, SHUT_WR);
	do {
		r = recv(p->app, dropped, sizeof dropped, 0);
	} while (r > 0 || (r < 0 && errno == EINTR));
}

/* After the end of the program the deadline starts again whenever the client has read something. */
void pump_run(struct pump *p)
{
	uint64_t deadline = WAIT_FOREVER;
	for (;;) {
		bool app_full, out_full;
		do {
			app_full = write_program(p);
			out_full = write_network(p);
		} while (feed_engine(p));
		if (is_closed(p)) {
			drain_program(p);
			return;
		}
		if (p->out_failed)
			return;
		if (p->app_ended) {
			end_session(p);
			return;
		}
		if (p->app_gone && (deadline == WAIT_FOREVER || !out_full))
			deadline = clock_ms() + FLUSH_MS;
		if (!wait_and_read(p, out_full, app_full, true, deadline))
			return;
	}
}
