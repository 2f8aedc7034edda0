/* Asking a standing service. */
#define _GNU_SOURCE
#include "service/ask.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/wait.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	RETRY_MS = 20,  /* between two attempts, where there is no event to wait for */
	PROBE_MS = 5000
};

/* --- Sending ------------------------------------------------------------------------------- */

/* Room for the descriptors, aligned for their header. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE((ASK_FDS + 1) * sizeof(int))];
};

static void attach_fds(struct msghdr *m, union control *control, struct ask const *a, int end)
{
	int fds[ASK_FDS + 1];
	memset(control, 0, sizeof *control);
	for (size_t i = 0; i < a->fds_n; i++)
		fds[i] = a->fds[i];
	fds[a->fds_n] = end;
	size_t n = (a->fds_n + 1) * sizeof *fds;
	m->msg_control = control;
	m->msg_controllen = (socklen_t)CMSG_SPACE(n);
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = (socklen_t)CMSG_LEN(n);
	memcpy(CMSG_DATA(c), fds, n);
}

/* A socket that is connected to the service. -1: errno. */
static int connect_service(char const *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof to.sun_path)
		return errno = ENAMETOOLONG, -1;
	strcpy(to.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr const *)&to, sizeof to) < 0) {
		fd_close(fd);
		return -1;
	}
	return fd;
}

static bool send_once(int fd, struct ask const *a, int end)
{
	union control control;
	struct msghdr m = {.msg_iov = (struct iovec *)a->data, .msg_iovlen = (unsigned int)a->pieces};
	attach_fds(&m, &control, a, end);
	ssize_t r;
	do
		r = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	return r >= 0;
}

/* Waits for an event of fd (-1: for nothing) until a time, or until the client has gone: then
   false. */
static bool wait_with_client(int fd, short events, int client, uint64_t until)
{
	struct pollfd x[] = {{.fd = fd, .events = events}, {.fd = client}};
	int r;
	do
		r = wait_ready(x, 2, until, NULL);
	while (r < 0 && errno == EINTR);
	return r <= 0 || x[0].revents || !x[1].revents;
}

static bool is_down(int error)
{
	return error == ENOENT || error == ECONNREFUSED;
}

static bool is_full(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ETOOMANYREFS;
}

static void close_line(int *line)
{
	if (*line >= 0)
		fd_close(*line);
	*line = -1;
}

/* Sends the request with its end of the pair. Any result but ASK_REPLIED is a failure. */
static enum ask_end send_request(struct ask const *a, int *line, int end)
{
	uint64_t down_since = 0;
	for (;;) {
		bool is_old = *line >= 0;
		if (!is_old)
			*line = connect_service(a->path);
		if (*line >= 0 && send_once(*line, a, end))
			return ASK_REPLIED;
		int e = errno;
		if (!is_full(e)) {
			close_line(line);
			if (is_old)
				continue; /* the service may have another socket now */
		}
		uint64_t now = clock_ms(), until = a->deadline;
		if (!is_down(e))
			down_since = 0;
		else if (!down_since)
			down_since = now;
		if (down_since && until > down_since + ASK_DOWN_MS)
			until = down_since + ASK_DOWN_MS;
		bool again = (is_down(e) || is_full(e)) && now < until;
		bool has_event = *line >= 0 && (e == EAGAIN || e == EWOULDBLOCK);
		if (!has_event && until > now + RETRY_MS)
			until = now + RETRY_MS;
		bool waited = again && wait_with_client(has_event ? *line : -1, POLLOUT, a->client, until);
		errno = e;
		if (!again)
			return ASK_NOT_SENT;
		if (!waited)
			return ASK_CLIENT_GONE;
	}
}

/* --- The reply ----------------------------------------------------------------------------- */

static enum ask_end receive_reply(struct ask const *a, int fd, char *reply, size_t max, size_t *n)
{
	for (;;) {
		if (!wait_with_client(fd, POLLIN, a->client, a->deadline))
			return ASK_CLIENT_GONE;
		ssize_t r = recv(fd, reply, max, MSG_DONTWAIT);
		if (r > 0) {
			*n = (size_t)r;
			return ASK_REPLIED;
		}
		if (r == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
			return ASK_NO_REPLY;
		if (clock_ms() >= a->deadline)
			return ASK_LATE;
	}
}

enum ask_end ask(struct ask const *a, char *reply, size_t max, size_t *n)
{
	int pair[2], own = -1;
	*n = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return ASK_NOT_SENT;
	enum ask_end r = send_request(a, a->line ? a->line : &own, pair[1]);
	fd_close(pair[1]);
	if (r == ASK_REPLIED)
		r = receive_reply(a, pair[0], reply, max, n);
	/* Closed now: while a descriptor is in flight, Linux collects garbage at each close of a UNIX socket. */
	close_line(&own);
	fd_close(pair[0]);
	return r;
}

/* --- For people ---------------------------------------------------------------------------- */

void ask_reason(char out[ASK_REASON], char const *path, enum ask_end end, int error)
{
	static char const *const texts[] = {
		[ASK_REPLIED] = "replied", [ASK_NO_REPLY] = "no reply: the service has ended, or did not understand",
		[ASK_LATE] = "no reply in time", [ASK_CLIENT_GONE] = "the client has gone"};
	out[0] = 0;
	strncat(strncat(strncat(out, path, 120), ": ", 3), end == ASK_NOT_SENT ? strerror(error) : texts[end], 120);
}

bool ask_works(char const *path, char out[ASK_REASON])
{
	char nul = 0, reply[2];
	size_t n;
	struct iovec const data = {&nul, 1};
	struct ask const a = {
		.path = path, .data = &data, .pieces = 1, .deadline = clock_ms() + PROBE_MS, .client = -1};
	enum ask_end end = ask(&a, reply, sizeof reply, &n);
	ask_reason(out, path, end, errno);
	if (end != ASK_REPLIED)
		return false;
	if (n == 1 && reply[0] == 0)
		return true;
	strcpy(out, "the service cannot work now: see its log");
	return false;
}
