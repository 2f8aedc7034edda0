/* One transaction of the spool, from the request to its result. Nothing in here exits,
   writes to a client or reads the environment, so that a resident process can use it. */
#ifndef SPOOL_COMMIT_H
#define SPOOL_COMMIT_H

#include "service/reply.h"
#include "spool/envelope.h"
#include "spool/file.h"
#include "spool/quota.h"
#include "spool/spool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool_request {
	char const *plan;             /* address_is_plan */
	char const *user;             /* the login for X-Saca-User, without blanks and controls */
	bool costs_credit;            /* the plan's credit pays for each recipient */
	bool sandbox;                 /* the send is never delivered, and costs no credit */
	uint64_t maxrcpt;             /* recipients of a message, as the plan has it; 0: unlimited */
	struct spool_quota_limits limits;
	uint64_t residue, hosts;      /* the numbers to hand out: see spool/number.h */
	struct trace origin;          /* for Received, without id and date; ip is one word */
	struct envelope const *envelope; /* finished: ENVELOPE_DONE */
	char const *message;
	size_t n;                     /* 0: only contacts */
	/* Has the client gone? Asked once, right before the commit: if so, nothing is committed. May be
	   NULL. */
	bool (*is_abandoned)(void *);
	void *client;
};

#define SPOOL_WHY 300

struct spool_result {
	int code;                /* a queue program's exit code (service/answer.h); 0: committed */
	bool is_repeat;          /* with 0: this transaction was committed before */
	bool is_stuck;           /* a lock could not be released: the process must end */
	char text[REFUSAL_TEXT]; /* for the client: a receipt or a refusal; "": the code says all */
	char why[SPOOL_WHY];     /* for the operator, one line; "": nothing to report */
};

/* Commits a request to the spool. With code 0 the file and its entry in new/ are on disk.
   With any other code there is no file, unless the disk could neither sync nor remove it.
   Not reentrant. */
void spool_commit(struct spool const *sp, struct spool_request const *request,
	struct spool_result *result);

/* --- Results that come before a commit --- */

/* Sets the result to a refusal: the exit code (ANSWER_...), and the text (service/reply.h). */
void spool_refuse(struct spool_result *result, int code, enum refusal r, char const *word, uint64_t a, uint64_t b);

/* Sets the result to a failure with the reason in errno. what: for example `write a file in tmp`.
   A full disk and missing memory have codes of their own. */
void spool_fail(struct spool_result *result, int code, char const *what);

#endif
