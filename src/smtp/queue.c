/* Handing a message to the queue program. Message and envelope are whole before it
   starts, in memory files: no pipe can fill, and a client that leaves has started
   nothing. */
#define _GNU_SOURCE
#include "smtp/queue.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/wait.h"
#include "smtp/client.h"
#include "base/memfile.h"
#include "base/run.h"
#include "service/stay.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
	FAULTS = 8,      /* failing calls after which a program is not listened to any longer */
	PATIENCE = 1000, /* milliseconds that one who may stay has for all of its answer */
	MINUTE = 60000,
	KEPT = 65536     /* octets of a memory file that are kept for the next message */
};

/* --- Memory files ------------------------------------------------------------------------ */

/* Gives back what lies behind n octets. */
static bool cut(struct queue_file *f, uint64_t n)
{
	if (f->size <= n)
		return true;
	if (ftruncate(f->fd, (off_t)n) < 0)
		return false;
	f->size = n;
	return true;
}

/* What is to be written over soon need not be given back before. */
static bool begin(struct queue_file *f)
{
	f->n = 0;
	if (f->fd < 0)
		return (f->fd = memfile_open()) >= 0;
	return lseek(f->fd, 0, SEEK_SET) == 0;
}

static bool put(struct queue_file *f, char const *s, size_t n)
{
	f->n += n;
	if (f->size < f->n)
		f->size = f->n;
	return fd_write_all(f->fd, s, n);
}

/* To be read: what was written, from its beginning. */
static bool finish(struct queue_file *f)
{
	return cut(f, f->n) && lseek(f->fd, 0, SEEK_SET) == 0;
}

bool queue_begin(struct queue *q)
{
	return begin(&q->message);
}

bool queue_write(struct queue *q, char const *s, size_t n)
{
	return put(&q->message, s, n);
}

/* What is in use, or is little, stays. If it fails, the next time may do better. */
static void tidy(struct queue_file *f)
{
	(void)cut(f, f->n > KEPT ? f->n : KEPT);
}

void queue_tidy(struct queue *q)
{
	tidy(&q->message);
	tidy(&q->envelope);
}

/* --- Its answer ---------------------------------------------------------------------------- */

/* What it has said on descriptor 6; more than fits is dropped. */
struct said {
	char text[ANSWER_LINE];
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
	return wait_ready(&p, 1, 0, NULL) == 1 && p.revents & POLLIN;
}

/* What it has said so far. */
static void hear_out(int fd, struct said *s)
{
	for (int faults = 0; faults < FAULTS;) {
		int ready = wait_for(fd, POLLIN, 0);
		ssize_t r = ready > 0 ? read_some(fd, s) : ready;
		if (r == 0) /* that was all of it, or its end */
			return;
		faults += r < 0;
	}
}

/* Until it has ended, or says that it stays: true. It writes its answer before it does
   either: where it may stay, what is waited for is that it says so or ends, which is one
   waking and not two. A call that fails says nothing about what it does: it is made again. */
static bool listen_to(struct queue const *q, struct said *s, uint64_t deadline)
{
	struct pollfd p[] = {{.fd = q->reply}, {.fd = q->line, .events = POLLIN}};
	if (q->line < 0)
		p[0].events = POLLIN;
	for (int faults = 0; faults < FAULTS;) {
		uint64_t now = clock_ms();
		if (now >= deadline)
			return false;
		uint64_t most = p[0].events ? MINUTE : PATIENCE;
		int ready = wait_ready(p, 2, deadline - now < most ? deadline : now + most, NULL);
		if (ready == 0)
			p[0].events = POLLIN; /* it may have so much to say that it waits for us */
		ssize_t r = ready > 0 && p[0].revents ? read_some(q->reply, s) : 1;
		if (r == 0) /* it may have said so, and ended at once */
			return p[1].fd >= 0 && readable(q->line) && stay_hear(q->line);
		faults += ready < 0 || r < 0;
		if (ready <= 0 || !p[1].revents)
			continue;
		if (!stay_hear(q->line)) {
			p[1].fd = -1;
			p[0].events = POLLIN;
			continue;
		}
		hear_out(q->reply, s);
		return true;
	}
	return false;
}

/* --- The program --------------------------------------------------------------------------- */

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
	q->end = q->pid > 0 ? run_wait(q->pid, deadline) : (struct run_end){.code = -1};
	drop(&q->reply);
	q->pid = 0;
	return q->end.code;
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

/* Whoever did not end by itself may have left somebody behind who still reads. */
static void leave(struct queue_file *f)
{
	drop(&f->fd);
	f->n = f->size = 0;
}

static void run(struct queue *q, int message, int envelope, char const *const *envp,
	uint64_t deadline, struct answer *out)
{
	struct said said = {.n = 0};
	if (q->pid <= 0 || !stay_give(q->line, message, envelope)) {
		queue_end(q, deadline);
		start(q, message, envelope, envp);
	}
	int code = q->pid > 0 && listen_to(q, &said, deadline) ? 0 : end(q, deadline);
	q->again = code == 0;
	if (code < 0) {
		leave(&q->message);
		leave(&q->envelope);
	}
	answer_read(out, code, said.text, said.n);
}

void queue_run(struct queue *q, bool empty, char const *envelope, size_t n,
	char const *const *envp, uint64_t deadline, struct answer *out)
{
	int none = empty ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	q->end = (struct run_end){.code = -1};
	bool fine = begin(&q->envelope) && put(&q->envelope, envelope, n) && finish(&q->envelope);
	if (fine && (empty ? none >= 0 : finish(&q->message)))
		run(q, empty ? none : q->message.fd, q->envelope.fd, envp, deadline, out);
	else
		answer_read(out, -1, "", 0);
	if (none >= 0)
		close(none);
	q->message.n = q->envelope.n = 0; /* they have been read */
}
