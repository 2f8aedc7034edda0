/* Numbers of sends, from SPOOL/count. No number is handed out twice, even if processes die at any
   moment; saca-spool(5), "NUMBERS", has the argument. */
#ifndef SPOOL_NUMBER_H
#define SPOOL_NUMBER_H

#include "spool/spool.h"

#include <stdint.h>

#define SPOOL_HOSTS 10000 /* hosts that may share the numbers, at most */

enum spool_number {
	SPOOL_NUMBER_OK,
	SPOOL_NUMBER_LOST,  /* count is missing or damaged, and the importer has to make it: the spool is
	                       not empty, or its folder is not saca-spool's own (spool_is_own) */
	SPOOL_NUMBER_SPENT, /* the numbers are used up */
	SPOOL_NUMBER_ERROR  /* errno */
};

/* Parses `K/N`, the host's place among those that share the numbers: residue K, hosts N,
   K < N <= SPOOL_HOSTS. False: it is something else. */
bool spool_number_hosts(char const *s, uint64_t *residue, uint64_t *hosts);

/* Hands out the next number n with n % hosts == residue, 0 <= residue < hosts. */
enum spool_number spool_number_take(struct spool const *sp, uint64_t residue, uint64_t hosts,
	uint64_t *number);

/* Makes the counter if numbers may begin. For a caller that spools a file without a number:
   afterwards the spool is not empty. Otherwise leaves a missing counter missing. */
bool spool_number_prepare(struct spool const *sp);

/* For the importer: makes every number handed out from now on larger than `above`. Makes a
   missing or damaged counter again, above every number in the spool as well. */
bool spool_number_raise(struct spool const *sp, uint64_t above);

#endif
