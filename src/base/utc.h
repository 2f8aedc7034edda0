/* The calendar without a time zone: gmtime_r reads one from disk in some C libraries. */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdbool.h>
#include <time.h>

/* The date and time, UTC, of a moment in the years 1 to 9999; tm as gmtime_r fills it. False:
   the moment is outside. */
bool utc_from_time(struct tm *tm, time_t t);

#endif
