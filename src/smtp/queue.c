/* Handing a message to the queue. Message and envelope are complete before the program starts or
   the service gets the request. So no pipe can fill up, and a client that leaves early starts no
   program. */
#define _GNU_SOURCE /* pipe2 */
#include "smtp/queue.h"

#include "base/fd.h"
#include "base/memfile.h"
#include "base/run.h"
#include "base/wait.h"
#include "smtp/queueenv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	FAULTS = 8,       /* failed calls after which the reply is no longer read */
	FILE_KEPT = 65536 /* octets of a large message's file that stay for the next message */
};

/* --- The message --------------------------------------------------------------------------- */

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

/* Cuts off what an earlier message has left in the file. */
static bool cut_file(int fd)
{
	off_t n = lseek(fd, 0, SEEK_CUR);
	return n >= 0 && ftruncate(fd, n) == 0;
}

bool queue_begin(struct queue *q)
{
	bool is_kept = q->is_kept && rewind_file(q->message);
	close_file(&q->envelope);
	if (!is_kept)
		close_file(&q->message);
	q->has_run = q->is_kept = false;
	q->n = 0;
	return is_kept || (q->socket && !q->expects_large) || open_file(&q->message);
}

/* Moves the message from the room to a file. */
static bool leave_room(struct queue *q)
{
	return q->message >= 0 || (open_file(&q->message) && fd_write_all(q->message, q->room->message, q->n));
}

bool queue_write(struct queue *q, char const *s, size_t n)
{
	if (q->message < 0 && n <= SUBMISSION_BODY - q->n) {
		memcpy(q->room->message + q->n, s, n);
		q->n += n;
		return true;
	}
	return leave_room(q) && fd_write_all(q->message, s, n);
}

/* Frees the memory beyond what a usual message takes. */
static void free_room(struct queue *q)
{
	enum { PAGE = 4096, KEPT = 16384 };
	char *from = q->room->message + KEPT, *first = from + (PAGE - (uintptr_t)from % PAGE) % PAGE;
	char *end = q->room->message + SUBMISSION_BODY;
	if (q->n > KEPT)
		(void)madvise(first, (size_t)(end - first) & ~(size_t)(PAGE - 1), MADV_DONTNEED);
	q->n = 0;
}

/* Keeps the start of a large message's file: new memory would take 5% of the processor time of a
   message of 100 KB. A program may have a child that still reads the file, and a service that has not
   replied may read it late. */
static bool keep_file(struct queue const *q)
{
	return q->has_reply && q->expects_large && ftruncate(q->message, FILE_KEPT) == 0;
}

void queue_tidy(struct queue *q)
{
	if (!q->has_run)
		return;
	q->is_kept = keep_file(q);
	if (!q->is_kept)
		close_file(&q->message);
	close_file(&q->envelope);
	free_room(q);
	q->has_run = false;
}

void queue_free(struct queue *q)
{
	close_file(&q->message);
	close_file(&q->envelope);
	close_file(&q->line);
}

static bool write_envelope(struct queue *q, char const *envelope, size_t n)
{
	return open_file(&q->envelope) && fd_write_all(q->envelope, envelope, n) && rewind_file(q->envelope);
}

/* --- The program --------------------------------------------------------------------------- */

/* The text of descriptor 6. Octets that do not fit are dropped. */
struct line {
	char text[ANSWER_LINE];
	size_t n;
};

static ssize_t read_some(int fd, struct line *l)
{
	char rest[256];
	if (l->n == sizeof l->text)
		return read(fd, rest, sizeof rest);
	ssize_t got = read(fd, l->text + l->n, sizeof l->text - l->n);
	if (got > 0)
		l->n += (size_t)got;
	return got;
}

/* Reads to the end of the line, or until the deadline. A failed call does not mean that the
   program failed: try it again. */
static void read_line(int fd, struct line *l, uint64_t deadline)
{
	for (int faults = 0; faults < FAULTS;) {
		int ready = wait_for(fd, POLLIN, deadline);
		ssize_t got = ready > 0 ? read_some(fd, l) : ready;
		if (got == 0) /* the end, or the deadline */
			return;
		faults += got < 0;
	}
}

static void run_program(struct queue *q, int message, struct queue_settings const *settings, uint64_t deadline,
	struct answer *out)
{
	struct run_end end = {.code = -1};
	struct line line = {.n = 0};
	struct queueenv env;
	int p[2];
	char const **envp = queueenv_make(&env, settings);
	if (envp && pipe2(p, O_CLOEXEC) == 0) {
		/* 6 is set last: one of the sources may be 6 itself */
		struct run_fd const fds[] = {{message, 0}, {q->envelope, 1}, {p[1], 6}, {-1, -1}};
		pid_t pid = run_start(q->argv, envp, fds);
		close(p[1]);
		if (pid > 0) {
			read_line(p[0], &line, deadline);
			end = run_wait(pid, deadline);
		}
		close(p[0]);
	}
	free(envp);
	run_describe(stpcpy(q->reason, "queue program: "), &end);
	answer_read(out, end.code, line.text, line.n);
}

static void hand_to_program(struct queue *q, struct queue_settings const *settings, bool empty, char const *envelope,
	size_t n, uint64_t deadline, struct answer *out)
{
	int null = empty ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	int message = empty ? null : q->message;
	if (message >= 0 && (empty || rewind_file(message)) && write_envelope(q, envelope, n))
		run_program(q, message, settings, deadline, out);
	close_file(&null);
}

/* --- The service --------------------------------------------------------------------------- */

static void ask_service(struct queue *q, struct ask const *a, struct answer *out)
{
	char reply[1 + ANSWER_LINE];
	size_t n;
	enum ask_end end = ask(a, reply, sizeof reply, &n);
	ask_reason(q->reason, q->socket, end, errno);
	q->has_reply = end == ASK_REPLIED;
	if (!q->has_reply)
		return;
	struct run_end const like = {.code = (unsigned char)reply[0]};
	run_describe(stpcpy(q->reason, "queue service: "), &like);
	answer_read(out, like.code, reply + 1, n - 1);
}

static void hand_to_service(struct queue *q, struct queue_settings const *settings, bool empty, char const *envelope,
	size_t n, uint64_t deadline, struct answer *out)
{
	unsigned char lengths[2][SUBMISSION_LENGTH];
	size_t message_n = empty ? 0 : q->n;
	bool fits = (empty || q->message < 0) && n <= SUBMISSION_BODY
		&& n + message_n + 2 * SUBMISSION_LENGTH <= SUBMISSION_BODY;
	struct iovec const data[] = {{q->room->block, submission_format(q->room->block, settings->value)},
		{lengths[0], SUBMISSION_LENGTH}, {(char *)envelope, n}, {lengths[1], SUBMISSION_LENGTH},
		{q->room->message, message_n}};
	struct ask a = {.path = q->socket, .data = data, .pieces = fits ? 5 : 1, .deadline = deadline, .client = -1,
		.line = &q->line};
	submission_format_length(lengths[0], n);
	submission_format_length(lengths[1], message_n);
	if (!fits && empty && !open_file(&q->message)) /* an empty file */
		return;
	if (!fits && (!leave_room(q) || !cut_file(q->message) || !write_envelope(q, envelope, n)))
		return;
	int const fds[] = {q->message, q->envelope};
	if (!fits) {
		a.fds = fds;
		a.fds_n = 2;
	}
	ask_service(q, &a, out);
}

void queue_run(struct queue *q, struct queue_settings const *settings, bool empty, char const *envelope, size_t n,
	uint64_t deadline, struct answer *out)
{
	answer_read(out, -1, "", 0); /* the answer if none comes */
	strcpy(q->reason, "no memory file, or no pipe");
	q->has_reply = false;
	(q->argv ? hand_to_program : hand_to_service)(q, settings, empty, envelope, n, deadline, out);
	q->expects_large = q->message >= 0 && lseek(q->message, 0, SEEK_CUR) > SUBMISSION_BODY;
	q->has_run = true;
}
