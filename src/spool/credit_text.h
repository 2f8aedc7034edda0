/* SPOOL/credit/PLAN: how many contacts a plan may still send to, and what was taken for a
   send that is not known to be committed. The text of the file; what is written and
   synced when is spool/credit.c's. */
#ifndef SPOOL_CREDIT_TEXT_H
#define SPOOL_CREDIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CREDIT_MAX INT64_MAX
#define CREDIT_SIZE 140 /* octets of the file as it is written; one sector */

/* The balance is what is left with `amount` already taken. */
struct credit {
	uint64_t balance;
	bool pending;
	uint64_t amount;
	char id[33], key[65]; /* of the send that is pending, NUL-terminated */
};

/* Reads the file's text: one line, `BALANCE` or `BALANCE UUID AMOUNT KEY`, blanks at its
   end allowed, so that a person can write it too. False: it is not that. */
bool credit_parse(struct credit *c, char const *s, size_t n);

/* Writes the line, padded to CREDIT_SIZE octets, without a NUL. */
void credit_format(char *out, struct credit const *c);

/* Takes amount for a send and marks it pending; nothing may be pending. False: the
   balance is too small. */
bool credit_take(struct credit *c, uint64_t amount, char const *id, char const *key);

/* Reads an operator's `PLAN=+N` or `PLAN=-N`; plan has PLAN_MAX + 1 octets. False: it is
   not that. */
bool credit_order(char *plan, bool *add, uint64_t *amount, char const *s);

/* Ends what is pending: given back, or spent. False: more than CREDIT_MAX. */
bool credit_settle(struct credit *c, bool spent);

#endif
