/* Dates in the two spellings mail and the store use, without a locale. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define DATE_RFC5322 40 /* octets, with the NUL */
#define DATE_ISO 24

/* `Thu, 12 Sep 2013 13:59:15 +0200` (RFC 5322 3.3). tm: local time, as localtime_r
   gives it; offset: minutes east of UTC. Returns the length, 0 if the year does not
   fit four digits. out has DATE_RFC5322 octets. */
size_t date_rfc5322(char *out, struct tm const *tm, int offset);

/* `2013-09-12T11:59:19Z`. tm: UTC. Returns the length, 0 if the year does not fit.
   out has DATE_ISO octets. */
size_t date_iso(char *out, struct tm const *tm);

/* Is s[0..n) a date as date_iso writes it, each field in its range? */
bool date_is_iso(char const *s, size_t n);

#endif
