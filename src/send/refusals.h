/* Counts the refused mails of a send. The send should stop if all of its first 50, or a fifth of
   its last 1000, are refused. */
#ifndef SEND_REFUSALS_H
#define SEND_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>

#define REFUSALS_FIRST 50
#define REFUSALS_LAST 1000
#define REFUSALS_PERCENT 20

/* All zero is the start. */
struct refusals {
	unsigned char refused[REFUSALS_LAST / 8]; /* a bit for each of the last outcomes */
	size_t outcomes;                          /* outcomes so far */
	size_t last;                              /* refusals among the last REFUSALS_LAST */
};

/* Counts an outcome. True: there are too many refusals. */
bool refusals_add(struct refusals *r, bool refused);

#endif
