/* The text of SPOOL/quota/PLAN, and its arithmetic: the recipients accepted today, and the
   octets that wait. spool/quota.c does the I/O. */
#ifndef SPOOL_QUOTA_FORMAT_H
#define SPOOL_QUOTA_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUOTA_SIZE 74 /* octets of the file; one sector */
#define QUOTA_DAY 10  /* octets of a day, `2013-09-12` */

struct quota {
	char day[QUOTA_DAY + 1];
	uint64_t recipients; /* accepted on that day */
	uint64_t waiting;    /* octets spooled since the last count, and those counted then */
	uint64_t counted;    /* the time of the last count of the waiting files, in seconds since 1970 */
};

/* Parses the file's text. False: anything else; *q is then all zero, as for a new file. */
bool quota_parse(struct quota *q, char const *s, size_t n);

/* Writes the line: QUOTA_SIZE octets, no NUL. */
void quota_format(char out[QUOTA_SIZE], struct quota const *q);

/* Starts a new day, if q is of another one. */
void quota_set_day(struct quota *q, char const day[QUOTA_DAY + 1]);

/* Adds recipients; false: more than max on this day, and nothing is added. */
bool quota_add_recipients(struct quota *q, uint64_t n, uint64_t max);

#endif
