/* One SMTP session: see session.h. */
#define _GNU_SOURCE /* closefrom */
#include "send/session.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/num.h"
#include "send/mta.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SOCKET = 3, LENGTHS = 3 };

/* --- The parent's side ------------------------------------------------------------------- */

/* Writes all of it; SIGPIPE does not come. */
static bool send_all(int fd, void const *s, size_t n)
{
	char const *p = s;
	while (n) {
		ssize_t r = send(fd, p, n, MSG_NOSIGNAL);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return false;
		p += r;
		n -= (size_t)r;
	}
	return true;
}

/* Reads all of it. False: the peer has closed its end, or errno. */
static bool read_all(int fd, void *s, size_t n)
{
	char *p = s;
	while (n) {
		ssize_t r = fd_read(fd, p, n);
		if (r <= 0)
			return false;
		p += r;
		n -= (size_t)r;
	}
	return true;
}

bool session_give(int fd, char const *from, size_t from_len, char const *to, size_t to_len, char const *mail, size_t n)
{
	uint64_t length[LENGTHS] = {from_len, to_len, n};
	static char nul;
	struct iovec part[] = {{length, sizeof length}, {(void *)from, from_len}, {&nul, 1}, {(void *)to, to_len}, {&nul, 1},
		{(void *)mail, n}};
	struct msghdr message = {.msg_iov = part, .msg_iovlen = sizeof part / sizeof *part};
	/* In one call, so that the process wakes up once. */
	ssize_t r;
	do
		r = sendmsg(fd, &message, MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return false;
	size_t sent = (size_t)r, skipped = 0;
	bool done = true;
	for (size_t i = 0; done && i < sizeof part / sizeof *part; skipped += part[i++].iov_len) {
		size_t const at = sent > skipped ? sent - skipped : 0;
		if (at < part[i].iov_len)
			done = send_all(fd, (char const *)part[i].iov_base + at, part[i].iov_len - at);
	}
	return done;
}

bool session_read(int fd, struct session_result *result)
{
	return read_all(fd, result, sizeof *result);
}

static char const *after_scheme(char const *url)
{
	return !strncmp(url, "smtp://", 7) ? url + 7 : !strncmp(url, "smtps://", 8) ? url + 8 : NULL;
}

bool session_url_is_valid(char const *url)
{
	char const *host = after_scheme(url);
	uint64_t port;
	if (!host)
		return false;
	size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	for (size_t i = 0; host[i]; i++)
		if (!ascii_is_print(host[i]) || strchr("/?#@ ", host[i]))
			return false;
	if (n == 0 || n > strlen(host))
		return false;
	return !host[n] || (host[n] == ':' && num_scan(host + n + 1, strlen(host + n + 1), UINT16_MAX, &port) && port);
}

bool session_url_is_local(char const *url)
{
	char const *host = after_scheme(url);
	size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	return ascii_case_is(host, n, "localhost") || ascii_case_is(host, n, "[::1]")
		|| (n > 4 && !strncmp(host, "127.", 4) && strspn(host, "0123456789.") == n);
}

/* --- The process ------------------------------------------------------------------------- */

/* Reads jobs until the parent's end is closed. */
static void serve(struct mta *m)
{
	struct buf job = BUF_ZERO;
	uint64_t length[LENGTHS];
	while (read_all(SOCKET, length, sizeof length)) {
		struct session_result r;
		/* The job is both addresses, each with a NUL, and the mail. */
		size_t const to = length[0] + 1, mail = to + length[1] + 1, n = mail + length[2];
		if (!buf_reserve(&job, n + strlen(MTA_END)))
			_exit(EXIT_TEMPORARY);
		if (!read_all(SOCKET, job.s, n))
			break;
		memcpy(job.s + n, MTA_END, strlen(MTA_END));
		mta_send(m, job.s, job.s + to, job.s + mail, length[2] + strlen(MTA_END), &r);
		if (!send_all(SOCKET, &r, sizeof r))
			break;
	}
	buf_free(&job);
}

static _Noreturn void run_session(int fd, struct session_server const *server)
{
	static struct mta m;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t none;
	sigemptyset(&none);
	sigaction(SIGTERM, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (fd != SOCKET && dup2(fd, SOCKET) < 0)
		_exit(EXIT_TEMPORARY);
	closefrom(SOCKET + 1);
	m.server = server;
	serve(&m);
	mta_quit(&m);
	_exit(0);
}

pid_t session_start(int *fd, struct session_server const *server)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0)
		run_session(pair[1], server);
	fd_close(pair[1]);
	if (pid < 0)
		fd_close(pair[0]);
	else
		*fd = pair[0];
	return pid;
}
