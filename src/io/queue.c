/* Handing a message to the queue program. Message and envelope are whole before it
   starts, in memory files: no pipe can fill, and a client that leaves has started
   nothing. */
#define _GNU_SOURCE
#include "io/queue.h"

#include "io/client.h"
#include "io/memfile.h"
#include "io/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

bool queue_begin(struct queue *q)
{
	if (q->message < 0)
		return (q->message = memfile_open()) >= 0;
	return ftruncate(q->message, 0) == 0 && lseek(q->message, 0, SEEK_SET) == 0;
}

static bool write_all(int fd, char const *s, size_t n)
{
	while (n) {
		ssize_t w = write(fd, s, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		s += w;
		n -= (size_t)w;
	}
	return true;
}

bool queue_write(struct queue *q, char const *s, size_t n)
{
	return write_all(q->message, s, n);
}

static int filled(char const *s, size_t n)
{
	int fd = memfile_open();
	if (fd >= 0 && write_all(fd, s, n) && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* What it says on descriptor 6, to the end; more than n octets are dropped. */
static size_t listen_to(int fd, char *s, size_t n, uint64_t deadline)
{
	char rest[256];
	size_t len = 0;
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		uint64_t now = client_clock();
		if (now >= deadline)
			return len;
		int ready = poll(&p, 1, (int)(deadline - now < 60000 ? deadline - now : 60000));
		if (ready < 0 && errno != EINTR)
			return len;
		if (ready <= 0)
			continue;
		ssize_t r = len < n ? read(fd, s + len, n - len) : read(fd, rest, sizeof rest);
		if (r == 0 || (r < 0 && errno != EINTR))
			return len;
		if (r > 0 && len < n)
			len += (size_t)r;
	}
}

static void run(struct queue *q, int message, int envelope, char const *const *envp,
	uint64_t deadline, struct verdict *out)
{
	char text[VERDICT_TEXT + 2];
	size_t n = 0;
	int p[2], code = -1;
	if (pipe2(p, O_CLOEXEC) == 0) {
		/* 6 comes last: a source that is 6 itself has been copied by then */
		struct run_fd const fds[] = {{message, 0}, {envelope, 1}, {p[1], 6}, {-1, -1}};
		pid_t pid = run_start(q->argv, envp, fds);
		close(p[1]);
		if (pid > 0) {
			n = listen_to(p[0], text, sizeof text, deadline);
			code = run_wait(pid, deadline);
		}
		close(p[0]);
	}
	verdict_read(out, code, text, n);
}

void queue_run(struct queue *q, bool empty, char const *envelope, size_t n,
	char const *const *envp, uint64_t deadline, struct verdict *out)
{
	int e = filled(envelope, n);
	int none = empty ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	int message = empty ? none : q->message;
	if (e >= 0 && message >= 0 && (empty || lseek(message, 0, SEEK_SET) == 0))
		run(q, message, e, envp, deadline, out);
	else
		verdict_read(out, -1, "", 0);
	if (e >= 0)
		close(e);
	if (none >= 0)
		close(none);
}
