/* Numbers of sends, from SPOOL/count. No number is handed out twice, whatever process dies
   at whatever moment; saca-spool(5), "NUMBERS", has the argument. */
#ifndef SPOOL_NUMBER_H
#define SPOOL_NUMBER_H

#include "spool/spool.h"

#include <stdint.h>

#define SPOOL_HOSTS 10000 /* hosts that may share the numbers, at most */

enum spool_number {
	SPOOL_NUMBER_OK,
	SPOOL_NUMBER_LOST,  /* count is missing or damaged, and the spool is not empty */
	SPOOL_NUMBER_SPENT, /* the numbers are used up */
	SPOOL_NUMBER_ERROR  /* errno */
};

/* Hands out the next number n with n % hosts == residue, 0 <= residue < hosts. */
enum spool_number spool_number_take(struct spool const *sp, uint64_t residue, uint64_t hosts,
	uint64_t *number);

/* Makes the counter of an empty spool. For a caller that spools a file without a number:
   afterwards the spool is not empty. Leaves a missing counter of a used spool missing. */
bool spool_number_prepare(struct spool const *sp);

/* For the importer: makes every number handed out from now on larger than `above`. Makes a
   missing or damaged counter anew, then also above every number in the spool. */
bool spool_number_raise(struct spool const *sp, uint64_t above);

#endif
