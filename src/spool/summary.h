/* The counts of files that wait or failed, for monitoring. */
#ifndef SPOOL_SUMMARY_H
#define SPOOL_SUMMARY_H

#include "spool/spool.h"

#include <stdint.h>
#include <time.h>

struct spool_summary {
	uint64_t waiting;   /* files in new/ and cur/ */
	uint64_t octets;    /* their size */
	time_t oldest;      /* the time of the oldest one; 0: none waits */
	uint64_t failed;    /* files in failed/, without their reasons */
	uint64_t strangers; /* entries of these folders that are not regular files */
};

/* Counts the files. Hidden ones (`.name`) do not count. */
bool spool_summarize(struct spool const *sp, struct spool_summary *s);

/* Calls report for each entry of new/, cur/ and failed/ that is not a regular file, with the
   folder's name and its own. The importer skips them. */
bool spool_report_strangers(struct spool const *sp, void (*report)(char const *folder, char const *name));

#endif
