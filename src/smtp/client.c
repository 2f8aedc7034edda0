/* The client on descriptors 0 and 1. The descriptors stay in blocking mode, since other processes
   may share them (a terminal, a pipe). A socket is written to with MSG_DONTWAIT. Anything else
   gets pieces that fit a pipe, after poll reports room. */
#include "smtp/client.h"

#include "base/clock.h"
#include "base/wait.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	LOOK_MS = 200,  /* time between two looks for SIGTERM while there is always something to read */
	LEAVE_MS = 5000 /* after SIGTERM: time to write the replies that are in the buffer */
};

static volatile sig_atomic_t stopped;
static sigset_t while_waiting;
static uint64_t looked; /* the time of the last look for SIGTERM */

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static void nothing(int sig)
{
	(void)sig;
}

bool client_signals(void)
{
	struct sigaction on_term = {.sa_handler = stop}, ignore = {.sa_handler = SIG_IGN};
	struct sigaction on_child = {.sa_handler = nothing}; /* base/run.c waits for SIGCHLD: a handler keeps the signal from being discarded */
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &blocked, NULL) < 0)
		return false;
	sigemptyset(&while_waiting);
	return sigaction(SIGTERM, &on_term, NULL) == 0 && sigaction(SIGPIPE, &ignore, NULL) == 0
		&& sigaction(SIGCHLD, &on_child, NULL) == 0;
}

/* Looks for a pending SIGTERM: it is blocked except in waits, and a client that always has data
   ready causes no wait. */
bool client_stopped(void)
{
	sigset_t pending;
	if (!stopped && sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1)
		stopped = 1;
	return stopped;
}

static bool is_stopped(uint64_t now)
{
	if (now - looked < LOOK_MS)
		return stopped;
	looked = now;
	return client_stopped();
}

/* Waits until fd is ready, the deadline or SIGTERM. */
static enum client_event wait_for_client(int fd, short what, uint64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = what};
	for (;;) {
		uint64_t now = clock_ms();
		if (is_stopped(now))
			return CLIENT_STOPPED;
		if (now >= deadline)
			return CLIENT_TIMEOUT;
		int r = wait_ready(&p, 1, deadline, &while_waiting);
		if (r > 0)
			return CLIENT_DATA;
		if (r < 0 && errno != EINTR)
			return CLIENT_EOF;
	}
}

/* Waits until something can be written. */
static bool wait_for_room(uint64_t deadline)
{
	static uint64_t leave; /* the deadline for the last replies after SIGTERM; 0 before */
	enum client_event e = leave ? CLIENT_STOPPED : wait_for_client(1, POLLOUT, deadline);
	if (e != CLIENT_STOPPED)
		return e == CLIENT_DATA;
	if (!leave)
		leave = clock_ms() + LEAVE_MS;
	return wait_for(1, POLLOUT, deadline < leave ? deadline : leave) == 1;
}

/* Writes as much as goes without blocking. -1 and EAGAIN: nothing could be written. */
static ssize_t write_some(char const *s, size_t n)
{
	static bool plain; /* descriptor 1 is not a socket */
	if (!plain) {
		ssize_t r = send(1, s, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (r >= 0 || errno != ENOTSOCK)
			return r;
		plain = true;
	}
	int ready = wait_for(1, POLLOUT, WAIT_LOOK);
	if (ready <= 0) {
		if (ready == 0)
			errno = EAGAIN;
		return -1;
	}
	return write(1, s, n < PIPE_BUF ? n : PIPE_BUF);
}

bool client_flush(struct client *c, uint64_t deadline)
{
	size_t at = 0;
	while (at < c->len && !c->gone) {
		ssize_t w = write_some(c->out + at, c->len - at);
		if (w > 0)
			at += (size_t)w;
		else if (w < 0 && errno == EINTR)
			continue;
		else if (w < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			c->gone = !wait_for_room(deadline);
		else
			c->gone = true;
	}
	c->len = 0;
	return !c->gone;
}

void client_put(struct client *c, char const *s, size_t n, uint64_t deadline)
{
	if (n > CLIENT_OUT - c->len)
		client_flush(c, deadline);
	memcpy(c->out + c->len, s, n);
	c->len += n;
}

enum client_event client_read(struct client *c, char *s, size_t n, size_t *got, uint64_t deadline)
{
	*got = 0;
	if (!client_flush(c, deadline))
		return stopped ? CLIENT_STOPPED : clock_ms() >= deadline ? CLIENT_TIMEOUT : CLIENT_EOF;
	for (;;) {
		enum client_event e = wait_for_client(0, POLLIN, deadline);
		if (e != CLIENT_DATA)
			return e;
		ssize_t r = read(0, s, n);
		if (r > 0) {
			*got = (size_t)r;
			return CLIENT_DATA;
		}
		if (r == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)) {
			/* A shutdown may have taken the client, too: look for SIGTERM. */
			return client_stopped() ? CLIENT_STOPPED : CLIENT_EOF;
		}
	}
}
