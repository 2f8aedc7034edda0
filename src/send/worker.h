/* The loop of saca-send: claims sends, gives their mails to the sessions in turn, and writes the
   outcome of each. */
#ifndef SEND_WORKER_H
#define SEND_WORKER_H

#include "send/job.h"
#include "send/ledger.h"
#include "send/pool.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Outcomes of a send's contacts, in this run. */
struct worker_counts {
	uint64_t handed, deferred, refused, malformed, left; /* left: unsubscribed, suppressed */
};

enum worker_end {
	WORKER_SENT,
	WORKER_POSTPONED, /* its deferred mails are due later */
	WORKER_PAUSED,    /* reason says why */
	WORKER_LOST,      /* paused or cancelled by others, or claimed by another worker */
	WORKER_RELEASED   /* it gave up its claim, so that other sends have their turn */
};

enum worker_result {
	WORKER_DONE,
	WORKER_SERVER_DOWN, /* reason; without follow only */
	WORKER_FAILED       /* reason: the store, or a session's process */
};

struct worker_options {
	size_t sessions;
	unsigned rate;   /* mails a second, 0: no limit */
	bool follow;     /* look for work again and again */
	unsigned patience; /* without follow: seconds that the server may be down */
	volatile sig_atomic_t const *stop; /* set by a signal: end soon */
	sigset_t const *waiting; /* the signals that are blocked while waiting: without SIGTERM */
	/* A send has ended. */
	void (*ended)(struct job const *, struct worker_counts const *, enum worker_end, char const *reason);
	/* The server does not answer, or answers again (reason is NULL). */
	void (*server)(char const *reason);
	/* The store fails and is tried again, or works again (reason is NULL). */
	void (*store)(char const *reason);
	/* From time to time; NULL: not wanted. */
	void (*progress)(uint64_t done, uint64_t total);
};

struct worker;

/* Runs until there is no more work, or until the stop. The pool must be open. *paused: a send was
   paused by this worker. reason has STORE_REASON octets. */
enum worker_result worker_run(struct ledger *l, struct pool *p, struct job_settings const *settings,
	struct worker_options const *options, bool *paused, char *reason);

#endif
