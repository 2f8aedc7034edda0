/* Removing old entries of seen/ and files of tmp/, for the importer. */
#ifndef SPOOL_EXPIRE_H
#define SPOOL_EXPIRE_H

#include "spool/spool.h"

#include <time.h>

/* Removes entries of seen/ older than 24 hours and files in tmp/ older than 36. Settles pending
   credit first. Entries from the future get the date `now`; so do all entries if the time of day
   was set forward since the last call under this boot. Reads both folders completely: call it once
   a run, or every few minutes. False: errno. */
bool spool_expire(struct spool const *sp, time_t now);

#endif
