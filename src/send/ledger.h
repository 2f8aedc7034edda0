/* The rows that saca-send writes: claims of sends, and the state of each delivery. Every
   function works inside a transaction and returns the store's result; the caller begins and
   commits, and repeats the whole transaction after STORE_AGAIN. */
#ifndef SEND_LEDGER_H
#define SEND_LEDGER_H

#include "send/job.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_NAME 96   /* octets of a worker's name, with its NUL */
#define LEDGER_CLAIMS 16 /* sends that a worker has at a time */

struct ledger {
	struct store *store;
	char name[LEDGER_NAME]; /* of this worker, in send.claimed_by; no other has it */
	unsigned lease;         /* seconds that a claim lasts without being renewed */
	char now[DATE_ISO];     /* the store's clock, set by ledger_begin */
};

/* Begins a transaction, and reads the clock. */
enum store_result ledger_begin(struct ledger *l, enum store_mode mode);

/* --- Claims ------------------------------------------------------------------------------ */

struct ledger_send {
	uint64_t plan, send;
	uint64_t turn; /* of ledger_find_work: 1 is the first that waits of its plan */
};

/* Finds sends that wait and have no claim, at most `most`. The order: the first of each plan, then the
   second of each, and so on. In each turn, sends that had no worker before come first. */
enum store_result ledger_find_work(struct ledger *l, struct ledger_send *out, size_t most, size_t *count);

/* Claims a send. *claimed: the send is ours now. */
enum store_result ledger_claim(struct ledger *l, struct ledger_send send, bool *claimed);

/* Renews a claim. *held: it is still ours, and the send is still to be sent. */
enum store_result ledger_renew(struct ledger *l, struct job const *j, bool *held);

/* Gives up a claim that is ours, also that of a send which others have paused. */
enum store_result ledger_release(struct ledger *l, struct job const *j);

/* Gives up the claim of a send with deferred mails until the first of them is due. *postponed:
   there are deferred mails. */
enum store_result ledger_postpone(struct ledger *l, struct job const *j, bool *postponed);

/* Ends a send all of whose contacts have been handled. *finished: the send was ours, and with
   `checked` its figures add up to its contacts. They do not after a crash of the database server
   that lost unsynced commits, nor if a contact was forgotten. */
enum store_result ledger_finish(struct ledger *l, struct job const *j, bool checked, bool *finished);

/* Pauses a send that is ours. */
enum store_result ledger_pause(struct ledger *l, uint64_t plan, uint64_t send, char const *reason);

/* --- Contacts ---------------------------------------------------------------------------- */

/* Reads the next contacts to job.contact: deferred ones that are due. If there are no such contacts,
   those after job.cursor without an outcome. every: all contacts after the cursor, in any state. */
enum store_result ledger_read_contacts(struct ledger *l, struct job *j, bool every);

/* May the contact be mailed? */
enum ledger_consent {
	LEDGER_MAY,
	LEDGER_UNSUBSCRIBED, /* the contact unsubscribed */
	LEDGER_SUPPRESSED    /* it was unsubscribed automatically: bounce or complaint */
};

enum store_result ledger_consent(struct ledger *l, struct job const *j, uint64_t contact, enum ledger_consent *consent);

/* Marks a delivery as begun, and sets *begun. Does not if the send is no longer ours to send, or
   the contact has unsubscribed. */
enum store_result ledger_begin_delivery(struct ledger *l, struct job const *j, struct job_contact const *c, bool *begun);

/* Undoes ledger_begin_delivery: the mail was not handed over. */
enum store_result ledger_take_back(struct ledger *l, struct job const *j, struct job_contact const *c);

/* The outcome of a delivery that has begun. code and reason may be NULL. next_at: of a deferred
   one, else NULL. *changed: it was in state begun. */
enum store_result ledger_settle(struct ledger *l, struct job const *j, struct job_contact const *c, char const *state,
	char const *code, char const *reason, char const *next_at, bool *changed);

/* The same for a contact whose mail does not begin: malformed, unsubscribed, suppressed.
   *changed: it had no other outcome. */
enum store_result ledger_skip(struct ledger *l, struct job const *j, struct job_contact const *c, char const *state,
	bool *changed);

/* Adds to the figures of a send. */
struct ledger_figures {
	uint64_t handed, refused, malformed, unsubscribed, suppressed;
};

enum store_result ledger_add_figures(struct ledger *l, struct job const *j, struct ledger_figures const *f);

#endif
