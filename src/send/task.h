/* A job and its mails in the loop of saca-send (send/worker.c). */
#ifndef SEND_TASK_H
#define SEND_TASK_H

#include "mail/address.h"
#include "send/worker.h"

/* A contact and its address. */
struct task_contact {
	struct job_contact contact;
	char address[ADDRESS_MAX];
	size_t len;
};

/* The next transaction does this for a task. */
enum task_duty { TASK_NOTHING, TASK_RENEW, TASK_FINISH, TASK_RELEASE, TASK_PAUSE };

struct task {
	struct job *job;
	uint64_t since, renewed; /* clock_ms of the claim and of its last renewal */
	uint64_t served;         /* the turn in which it last had a session */
	struct task_contact *returned; /* contacts whose mail is tried again; room for one a session */
	size_t returned_count;
	bool is_drained;         /* the store has no more contacts to mail at present */
	bool was_reread;         /* its contacts are read, or were read, a second time */
	bool is_leaving;         /* no more mails begin; it ends when none is in flight */
	bool wants_pause;        /* for `reason` */
	enum worker_end end;     /* once is_leaving */
	char reason[SESSION_TEXT + 64];
	struct worker_counts counts;

	/* Used within one transaction. */
	enum task_duty duty;
	bool duty_done, is_postponed, wants_reread;
	struct ledger_figures figures;
};

enum task_mail_state { TASK_FREE, TASK_CHOSEN, TASK_IN_FLIGHT, TASK_SETTLING };

/* The mail of a session. */
struct task_mail {
	enum task_mail_state state;
	struct task *task;
	struct task_contact to;
	bool is_malformed;       /* no mail can have this address */
	bool is_forgotten;       /* it has no address, only its mark (store/mark.h) */
	char begun_at[DATE_ISO];
	struct session_result result; /* of TASK_SETTLING */

	/* Used within one transaction. */
	bool begun, held, changed;
	enum ledger_consent consent;
	char const *settled_as;  /* the state of the delivery; NULL: the delivery was undone */
};

/* NULL: out of memory. The task owns the job. */
struct task *task_new(struct job *job, size_t sessions, uint64_t now_ms);
void task_free(struct task *t);

/* Has the task a contact to mail? */
bool task_is_ready(struct task const *t);

/* Has the task no mail in flight and no contact to mail? */
bool task_is_done(struct task const *t);

/* Takes the task's next contact for the mail. task_is_ready must hold. */
void task_take(struct task *t, struct task_mail *m);

/* Ends the task as `end`, once nothing is in flight. */
void task_leave(struct task *t, enum worker_end end);

/* Reads the contacts again from the first. Nothing may be in flight. */
void task_reread(struct task *t);

/* Inside a transaction: begins the delivery of a chosen mail, or settles one that has its outcome.
   The mail's own members tell what was done; the task's figures are added to. */
enum store_result task_begin(struct ledger *l, struct task_mail *m);
enum store_result task_settle(struct ledger *l, struct task_mail *m);

/* Inside a transaction: adds the figures, and does the task's duty. */
enum store_result task_do_duty(struct ledger *l, struct task *t);

/* After the commit: counts what task_begin or task_settle did. The mail is then in flight or free. */
void task_count(struct task_mail *m);

#endif
