/* Handing a message to the queue program by qmail-queue(8)'s interface: message on
   descriptor 0, envelope on 1, its answer on 6. From the second message of a session on
   it is asked to stay for the next one (service/stay.h). */
#ifndef SMTP_QUEUE_H
#define SMTP_QUEUE_H

#include "service/answer.h"
#include "base/run.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A memory file, used for one message after the other. */
struct queue_file {
	int fd;        /* -1: not opened yet */
	uint64_t n;    /* octets of it that are in use */
	uint64_t size; /* octets it may have: what it held before may have been longer */
};

struct queue {
	char const *const *argv;
	struct queue_file message, envelope;
	bool again;  /* the last message was accepted: another may follow */
	pid_t pid;   /* the program that has stayed; 0: none */
	struct run_end end; /* of the last one that ended */
	int line, reply; /* its socket, and our end of its descriptor 6 */
};

#define QUEUE_ZERO {.message = {.fd = -1}, .envelope = {.fd = -1}, .line = -1, .reply = -1}

/* Begins a message. False: errno. */
bool queue_begin(struct queue *q);

/* Appends octets to it. False: errno. */
bool queue_write(struct queue *q, char const *s, size_t n);

/* Gives back the memory of large messages past: takes a moment, in which nobody should be
   waiting for an answer. */
void queue_tidy(struct queue *q);

/* Is there a program that has stayed, and has its environment? */
bool queue_stays(struct queue const *q);

/* Runs the program with the message, or with an empty one, and that envelope, and reads
   its verdict. envp: its environment, with SACA_STAY if `again`; one that has stayed keeps
   the one it has. deadline: clock_ms. Where the verdict is a failure, q->end says how the
   program ended. */
void queue_run(struct queue *q, bool empty, char const *envelope, size_t n,
	char const *const *envp, uint64_t deadline, struct answer *out);

/* Lets a program that has stayed end, by the deadline at the latest. */
void queue_end(struct queue *q, uint64_t deadline);

#endif
