/* Handing a message to the queue program by qmail-queue(8)'s interface: message on
   descriptor 0, envelope on 1, its reply on 6. */
#ifndef SMTP_QUEUE_H
#define SMTP_QUEUE_H

#include "base/run.h"
#include "service/answer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue {
	char const *const *argv;
	int message, envelope; /* memory files; -1: not open */
	struct run_end end;    /* how the last program ended */
};

#define QUEUE_ZERO {.message = -1, .envelope = -1}

/* Begins a message. False: errno. */
bool queue_begin(struct queue *q);

/* Appends octets to it. False: errno. */
bool queue_write(struct queue *q, char const *s, size_t n);

/* Runs the program with the message, or with an empty one, and the envelope, and reads its
   answer. envp is its environment; deadline is a time of clock_ms. If the answer is a
   failure, q->end says how the program ended. */
void queue_run(struct queue *q, bool empty, char const *envelope, size_t n,
	char const *const *envp, uint64_t deadline, struct answer *out);

/* Frees the memory of a message that has been run. Freeing a large one takes a moment: call it
   after the client has the reply. */
void queue_tidy(struct queue *q);

#endif
