/* SPOOL/credit/PLAN: what a plan may still send (the argument stands in saca-spool(5)). */
#ifndef SPOOL_CREDIT_H
#define SPOOL_CREDIT_H

#include "spool/credit_text.h"
#include "spool/spool.h"

#include <stdbool.h>
#include <stdint.h>

enum spool_credit {
	SPOOL_CREDIT_OK,
	SPOOL_CREDIT_SHORT,   /* too little is left */
	SPOOL_CREDIT_MISSING, /* the plan has no file, or not one that can be read as one */
	SPOOL_CREDIT_ERROR    /* errno */
};

/* A plan's file, open and locked. */
struct spool_credit_hold {
	struct spool const *spool;
	int fd;
	struct credit credit;
};

/* Would `amount` do now? Takes nothing; *left is set when it would not. */
enum spool_credit spool_credit_judge(struct spool const *sp, char const *plan,
	uint64_t amount, uint64_t *left);

/* Takes amount for the send id that will be KEY, on disk when this returns
   SPOOL_CREDIT_OK; the file then stays locked until one of the three below. */
enum spool_credit spool_credit_take(struct spool const *sp, char const *plan,
	uint64_t amount, char const *id, char const *key, struct spool_credit_hold *h, uint64_t *left);

/* The send is committed and synced. */
void spool_credit_spent(struct spool_credit_hold *h);

/* It is not there. */
void spool_credit_back(struct spool_credit_hold *h);

/* Nobody knows: the next one looks whether KEY is there. */
void spool_credit_leave(struct spool_credit_hold *h);

/* Adds amount, or takes it away; makes the file for a plan that has none when adding more
   than nothing. *left: the new balance, or the old one with SPOOL_CREDIT_SHORT. On disk on
   return. */
enum spool_credit spool_credit_change(struct spool const *sp, char const *plan,
	bool add, uint64_t amount, uint64_t *left);

/* Ends what is pending in every plan's file, synced, so that seen/ may forget. */
bool spool_credit_settle_all(struct spool const *sp);

#endif
