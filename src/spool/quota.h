/* Quotas: the recipients that a plan may send to in a day (UTC), and the octets that it
   may leave waiting in the spool. They protect the platform from a plan that runs wild, and
   need not be exact after a crash. The file is not synced. A process that is killed may leave
   recipients counted that were not accepted.

   Octets are added as files are spooled. Only when the sum exceeds the limit, the files in
   new/ and cur/ are counted, at most every QUOTA_RECOUNT seconds. */
#ifndef SPOOL_QUOTA_H
#define SPOOL_QUOTA_H

#include "spool/spool.h"

#include <stdint.h>
#include <time.h>

#define QUOTA_RECOUNT 10

enum spool_quota {
	SPOOL_QUOTA_OK,
	SPOOL_QUOTA_RECIPIENTS, /* too many recipients today */
	SPOOL_QUOTA_WAITING,    /* too many octets wait */
	SPOOL_QUOTA_ERROR       /* errno */
};

struct spool_quota_limits {
	uint64_t maxday;  /* recipients in a day */
	uint64_t maxwait; /* octets of the plan's files in new/ and cur/ */
};

/* Adds recipients and octets to the plan's counts, unless one would exceed its limit.
   *today: the recipients of today, without these. */
enum spool_quota spool_quota_add(struct spool const *sp, char const *plan, struct spool_quota_limits const *limits,
	uint64_t recipients, uint64_t octets, time_t now, uint64_t *today);

/* Subtracts what spool_quota_add has added: the transaction was not committed. Keeps errno; a
   failure leaves it counted. */
void spool_quota_subtract(struct spool const *sp, char const *plan, uint64_t recipients, uint64_t octets);

#endif
