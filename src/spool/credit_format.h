/* The text of SPOOL/credit/PLAN, and its arithmetic. It has the number of contacts that a plan
   may still send to. While a send is pending it has the amount of that send, too.
   spool/credit.c does the I/O. */
#ifndef SPOOL_CREDIT_FORMAT_H
#define SPOOL_CREDIT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CREDIT_MAX INT64_MAX
#define CREDIT_SIZE 140 /* octets of the file as the program writes it; one sector */

struct credit {
	uint64_t balance; /* `amount` is already subtracted */
	bool pending;
	uint64_t amount;
	char id[33], key[65]; /* of the pending send, NUL-terminated */
};

/* Parses one line, `BALANCE` or `BALANCE UUID AMOUNT KEY`. Blanks are allowed, so that a
   person can write it. False: anything else. */
bool credit_parse(struct credit *c, char const *s, size_t n);

/* Writes the line, padded with blanks to CREDIT_SIZE octets, no NUL. */
void credit_format(char *out, struct credit const *c);

/* Subtracts amount for a send and marks it pending. False: the balance is too small, or
   another amount is pending. */
bool credit_take(struct credit *c, uint64_t amount, char const *id, char const *key);

/* Ends what is pending: it is spent, or added back. False: the sum exceeds CREDIT_MAX. */
bool credit_settle(struct credit *c, bool spent);

/* Parses an operator's `PLAN=+N` or `PLAN=-N`. plan has PLAN_MAX + 1 octets. False:
   anything else. */
bool credit_order(char *plan, bool *add, uint64_t *amount, char const *s);

#endif
