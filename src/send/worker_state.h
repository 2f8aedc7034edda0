/* Shared by the files of the worker (send/worker.h). */
#ifndef SEND_WORKER_STATE_H
#define SEND_WORKER_STATE_H

#include "send/task.h"

#define WORKER_CANDIDATES 1024 /* waiting sends found by one search */

struct worker {
	struct ledger *ledger;
	struct pool *pool;
	struct job_settings const *settings;
	struct worker_options const *o;
	char *reason;

	struct task *task[LEDGER_CLAIMS];
	size_t tasks;
	struct task_mail *mail;   /* one for each session */
	struct ledger_send candidate[WORKER_CANDIDATES];
	size_t candidates, tried; /* candidate[0..tried) are used */
	size_t tasks_before, tried_before; /* tasks and tried at the start of a transaction that claims */
	uint64_t search_at;       /* the time of the next search; all times are of clock_ms */
	uint64_t claim_at;        /* the time of the next claim, while more than half of the claims are in use */
	uint64_t turn;            /* counts the contacts chosen */
	size_t unsynced;          /* outcomes since the last synced commit */
	uint64_t mail_at;         /* with a rate: the time of the next mail, in microseconds */
	uint64_t down_since, down_until;
	unsigned down_tries;      /* 0: the server is up */
	struct buf scratch, envelope;
	uint64_t done, total;     /* contacts, for the progress */
	uint64_t progress_at;
	bool has_paused, has_failed, has_given_up;
};

/* Sets the reason; returns false. */
bool worker_fail(struct worker *w, char const *why);

/* Runs body in a transaction. Runs it again if the store asks for that, or fails for a while: body must
   give the same result each time. False: reason. */
bool worker_transact(struct worker *w, enum store_mode mode, enum store_result (*body)(struct worker *));

/* Searches for waiting sends, if it is time, and claims as many as there is room for. *found: there were
   waiting ones. False: reason. */
bool worker_claim(struct worker *w, bool *found);

#endif
