/* Running the queue program. Message and envelope are complete in memory files before it
   starts: no pipe can fill up, and a client that leaves early has started nothing. */
#define _GNU_SOURCE /* pipe2 */
#include "smtp/queue.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/memfile.h"
#include "base/wait.h"

#include <fcntl.h>
#include <unistd.h>

enum { FAULTS = 8 }; /* failed calls after which the reply is no longer read */

/* --- Memory files ------------------------------------------------------------------------ */

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool open_file(int *fd)
{
	close_file(fd);
	return (*fd = memfile_open()) >= 0;
}

static bool rewind_file(int fd)
{
	return lseek(fd, 0, SEEK_SET) == 0;
}

bool queue_begin(struct queue *q)
{
	close_file(&q->envelope);
	return open_file(&q->message);
}

bool queue_write(struct queue *q, char const *s, size_t n)
{
	return fd_write_all(q->message, s, n);
}

void queue_tidy(struct queue *q)
{
	if (q->envelope < 0) /* the message is not complete */
		return;
	close_file(&q->message);
	close_file(&q->envelope);
}

/* --- The program --------------------------------------------------------------------------- */

/* The text of descriptor 6. Octets that do not fit are dropped. */
struct reply {
	char text[ANSWER_LINE];
	size_t n;
};

static ssize_t read_some(int fd, struct reply *r)
{
	char rest[256];
	if (r->n == sizeof r->text)
		return read(fd, rest, sizeof rest);
	ssize_t got = read(fd, r->text + r->n, sizeof r->text - r->n);
	if (got > 0)
		r->n += (size_t)got;
	return got;
}

/* Reads to the end of the reply, or until the deadline. A failed call does not mean that the
   program failed: try it again. */
static void read_reply(int fd, struct reply *r, uint64_t deadline)
{
	for (int faults = 0; faults < FAULTS;) {
		int ready = wait_for(fd, POLLIN, deadline);
		ssize_t got = ready > 0 ? read_some(fd, r) : ready;
		if (got == 0) /* the end, or the deadline */
			return;
		faults += got < 0;
	}
}

static void run_program(struct queue *q, int message, char const *const *envp, uint64_t deadline, struct answer *out)
{
	struct reply reply = {.n = 0};
	int p[2];
	if (pipe2(p, O_CLOEXEC) == 0) {
		/* 6 is set last: one of the sources may be 6 itself */
		struct run_fd const fds[] = {{message, 0}, {q->envelope, 1}, {p[1], 6}, {-1, -1}};
		pid_t pid = run_start(q->argv, envp, fds);
		close(p[1]);
		if (pid > 0) {
			read_reply(p[0], &reply, deadline);
			q->end = run_wait(pid, deadline);
		}
		close(p[0]);
	}
	answer_read(out, q->end.code, reply.text, reply.n);
}

void queue_run(struct queue *q, bool empty, char const *envelope, size_t n,
	char const *const *envp, uint64_t deadline, struct answer *out)
{
	int null = empty ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	int message = empty ? null : q->message;
	q->end = (struct run_end){.code = -1};
	if (message >= 0 && (empty || rewind_file(message)) && open_file(&q->envelope)
			&& fd_write_all(q->envelope, envelope, n) && rewind_file(q->envelope))
		run_program(q, message, envp, deadline, out);
	else
		answer_read(out, -1, "", 0);
	if (null >= 0)
		close(null);
}
