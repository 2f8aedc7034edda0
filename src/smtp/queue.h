/* Hands a message to the queue. Either runs a queue program by the interface of qmail-queue(8)
   (message on descriptor 0, envelope on 1, answer on 6), or asks the queue service
   (service/submission.h). */
#ifndef SMTP_QUEUE_H
#define SMTP_QUEUE_H

#include "accounts/accounts.h"
#include "service/answer.h"
#include "service/ask.h"
#include "service/submission.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory for messages. The owner chooses the place; pages that no message has used take no memory. */
struct queue_room {
	char message[SUBMISSION_BODY]; /* the message while it is small */
	char block[SUBMISSION_BLOCK + 1]; /* names and values of a request */
};

struct queue {
	struct queue_room *room; /* the owner's */
	char const *const *argv; /* the queue program; NULL: the service is asked */
	char const *socket;      /* path of the service's socket, if argv is NULL */
	int line;                /* connected to it, after the first message; -1: not open */
	int message, envelope;   /* memory files; -1: not open */
	bool has_run;            /* the message can be forgotten */
	bool has_reply;          /* the service has replied: nobody reads the files any more */
	bool is_kept;            /* the file of the last message is for the next one */
	bool expects_large;      /* the last message was large: the next one begins in a file */
	size_t n;                /* octets of a small message, which needs no memory file */
	char reason[ASK_REASON]; /* why the last run failed, for the log; or "" */
};

#define QUEUE_ZERO(place) {.room = (place), .line = -1, .message = -1, .envelope = -1}

/* The settings that go with a message. */
struct queue_settings {
	char const *value[SUBMISSION_NAMES];
	struct accounts_plan const *plan; /* for a program; the service reads the plan itself */
};

/* Begins a message. False: errno. */
bool queue_begin(struct queue *q);

/* Appends octets to the message. False: errno. */
bool queue_write(struct queue *q, char const *s, size_t n);

/* Hands over the message, or an empty one, with the envelope, and reads the answer. deadline is a
   time of clock_ms. */
void queue_run(struct queue *q, struct queue_settings const *settings, bool empty, char const *envelope, size_t n,
	uint64_t deadline, struct answer *out);

/* Frees the memory of a message that has been run. Freeing a large one takes a moment: call it
   after the client has the reply. */
void queue_tidy(struct queue *q);

/* Closes the files and the connection to the service. */
void queue_free(struct queue *q);

#endif
