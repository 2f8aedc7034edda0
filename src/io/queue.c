/* Handing a message to the queue program. Message and envelope are whole before it
   starts, in memory files: no pipe can fill, and a client that leaves has started
   nothing. */
#define _GNU_SOURCE
#include "io/queue.h"

#include "io/client.h"
#include "io/memfile.h"
#include "io/run.h"
#include "io/stay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

enum { FAULTS = 8 }; /* failing calls after which a program is not listened to any longer */

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

/* What it has said on descriptor 6; more than fits is dropped. */
struct said {
	char text[VERDICT_TEXT + 2];
	size_t n;
};

static ssize_t read_some(int fd, struct said *s)
{
	char rest[256];
	ssize_t r = s->n < sizeof s->text ? read(fd, s->text + s->n, sizeof s->text - s->n) : read(fd, rest, sizeof rest);
	if (r > 0 && s->n < sizeof s->text)
		s->n += (size_t)r;
	return r;
}

static bool readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, 0) == 1 && p.revents & POLLIN;
}

/* Until it has ended, or says that it stays: true. It writes its answer before it does
   either. A call that fails says nothing about what it does: it is made again. */
static bool listen_to(struct queue const *q, struct said *s, uint64_t deadline)
{
	struct pollfd p[] = {{.fd = q->reply, .events = POLLIN}, {.fd = q->line, .events = POLLIN}};
	for (int faults = 0; faults < FAULTS;) {
		uint64_t now = client_clock();
		if (now >= deadline)
			return false;
		int ready = poll(p, 2, (int)(deadline - now < 60000 ? deadline - now : 60000));
		ssize_t r = ready > 0 && p[0].revents ? read_some(q->reply, s) : 1;
		if (r == 0) /* it may have said so, and ended at once */
			return p[1].fd >= 0 && readable(q->line) && stay_hear(q->line);
		faults += ready < 0 || r < 0;
		if (ready <= 0 || !p[1].revents)
			continue;
		if (!stay_hear(q->line)) {
			p[1].fd = -1;
			continue;
		}
		while (readable(q->reply) && read_some(q->reply, s) > 0)
			;
		return true;
	}
	return false;
}

/* Starts it with the message. With an offer to stay, if there may be use for it. */
static void start(struct queue *q, int message, int envelope, char const *const *envp)
{
	int p[2], pair[2] = {-1, -1};
	if (pipe2(p, O_CLOEXEC) < 0)
		return;
	if (q->again && !stay_pair(pair)) {
		close(p[0]);
		close(p[1]);
		return;
	}
	/* 6 comes late: a source that is 6 itself has been copied by then; and 7 later, whose
	   source is above both */
	struct run_fd const fds[] = {{message, 0}, {envelope, 1}, {p[1], 6}, {pair[1], STAY_FD}, {-1, -1}};
	q->pid = run_start(q->argv, envp, fds);
	close(p[1]);
	if (pair[1] >= 0)
		close(pair[1]);
	q->reply = p[0];
	q->line = pair[0];
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Waits for its end: its code, or -1. */
static int end(struct queue *q, uint64_t deadline)
{
	drop(&q->line);
	int code = q->pid > 0 ? run_wait(q->pid, deadline) : -1;
	drop(&q->reply);
	q->pid = 0;
	return code;
}

bool queue_stays(struct queue const *q)
{
	return q->pid > 0;
}

void queue_end(struct queue *q, uint64_t deadline)
{
	if (q->pid > 0)
		(void)end(q, deadline); /* nothing was asked of it */
}

static void run(struct queue *q, int message, int envelope, char const *const *envp,
	uint64_t deadline, struct verdict *out)
{
	struct said said = {.n = 0};
	if (q->pid <= 0 || !stay_give(q->line, message, envelope)) {
		queue_end(q, deadline);
		start(q, message, envelope, envp);
	}
	int code = q->pid > 0 && listen_to(q, &said, deadline) ? 0 : end(q, deadline);
	q->again = code == 0;
	verdict_read(out, code, said.text, said.n);
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
