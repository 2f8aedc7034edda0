/* Credit: what a plan may still send, in SPOOL/credit/PLAN. saca-spool(5), "CREDIT", has
   the argument why each send costs exactly once. */
#ifndef SPOOL_CREDIT_H
#define SPOOL_CREDIT_H

#include "spool/credit_format.h"
#include "spool/record.h"
#include "spool/spool.h"

enum spool_credit {
	SPOOL_CREDIT_OK,
	SPOOL_CREDIT_SHORT,   /* the balance is too small */
	SPOOL_CREDIT_MISSING, /* the plan has no file, or one that cannot be parsed */
	SPOOL_CREDIT_ERROR    /* errno */
};

/* A plan's file, open and locked, from taking an amount until it is known whether the
   send was committed. */
struct spool_credit_hold {
	struct record record;
	struct credit credit;
};

/* Is the balance at least amount? Takes nothing. *left: the balance, set with
   SPOOL_CREDIT_SHORT. */
enum spool_credit spool_credit_check(struct spool const *sp, char const *plan,
	uint64_t amount, uint64_t *left);

/* Subtracts amount for the send `id` that will be committed as KEY. With SPOOL_CREDIT_OK the
   change is on disk. The file stays locked until the caller calls one of the three functions
   below. OK and SHORT set *left to the balance before. */
enum spool_credit spool_credit_take(struct spool const *sp, char const *plan, uint64_t amount,
	char const *id, char const *key, struct spool_credit_hold *h, uint64_t *left);

/* Call it if the send was committed and synced: the amount is spent. */
void spool_credit_spend(struct spool_credit_hold *h);

/* Call it if the send was not committed: adds the amount back. */
void spool_credit_return(struct spool_credit_hold *h);

/* Call it if it is not known whether the send was committed: the next process that locks the file
   looks whether KEY exists. */
void spool_credit_leave(struct spool_credit_hold *h);

/* For the operator: adds amount, or subtracts it. Adding more than 0 makes a missing file.
   *left: the new balance; with SPOOL_CREDIT_SHORT the old one (too little to subtract
   from, or more than CREDIT_MAX). On disk on return. */
enum spool_credit spool_credit_change(struct spool const *sp, char const *plan,
	bool add, uint64_t amount, uint64_t *left);

/* Reads a plan's balance without a lock: a send that is under way may be counted or not. */
enum spool_credit spool_credit_peek(struct spool const *sp, char const *plan, uint64_t *balance);

/* Settles what is pending in every plan's file, synced. Call before entries of seen/ are
   removed: they decide what is pending. */
bool spool_credit_settle_all(struct spool const *sp);

#endif
