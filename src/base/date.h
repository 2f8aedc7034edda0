/* Dates: the calendar in UTC, and the two formats that mail and the store use. No time zone is
   read and no locale is used; gmtime_r of glibc opens the zone file at its first call. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define DATE_RFC5322 40 /* octets of date_rfc5322, with the NUL */
#define DATE_ISO 24     /* octets of date_iso, with the NUL */

/* Fills tm as gmtime_r does. False: the year is not between 1 and 9999. */
bool date_utc(struct tm *tm, time_t t);

/* Writes `Thu, 12 Sep 2013 13:59:15 +0200` and a NUL (RFC 5322 3.3). Returns the length; 0: the
   year does not have four digits. tm: local time, as localtime_r returns it. offset: minutes east
   of UTC. out has DATE_RFC5322 octets. */
size_t date_rfc5322(char *out, struct tm const *tm, int offset);

/* Writes `2013-09-12T11:59:19Z` and a NUL. tm: UTC; out has DATE_ISO octets. Returns the length; 0:
   the year does not have four digits. */
size_t date_iso(char *out, struct tm const *tm);

/* Is s[0..n) a date in the format of date_iso, each field in its range? Second 60 is. */
bool date_is_iso(char const *s, size_t n);

/* The seconds since 1970 of a string in the format of date_iso; 0: it is not one. */
int64_t date_seconds(char const *s);

/* Writes the date that is so many seconds after the date s; the last of year 9999 if it cannot be
   written. out may be s. */
void date_add(char out[DATE_ISO], char const *s, int64_t seconds);

#endif
