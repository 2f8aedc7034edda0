/* Handing a message to the queue program by qmail-queue(8)'s interface: message on
   descriptor 0, envelope on 1, its answer on 6. */
#ifndef IO_QUEUE_H
#define IO_QUEUE_H

#include "core/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue {
	char const *const *argv;
	int message; /* the message collected; -1: none */
};

/* Empties the memory file for a message, opening it the first time. False: errno. */
bool queue_begin(struct queue *q);

/* Appends octets to it. False: errno. */
bool queue_write(struct queue *q, char const *s, size_t n);

/* Runs the program with the message, or with an empty one, and that envelope, and reads
   its verdict. deadline: client_clock. */
void queue_run(struct queue *q, bool empty, char const *envelope, size_t n,
	char const *const *envp, uint64_t deadline, struct verdict *out);

#endif
