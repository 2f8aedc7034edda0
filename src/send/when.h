/* Times of a delivery: dates as the store has them (2013-09-12T11:59:19Z), and when a deferred
   mail is tried again. */
#ifndef SEND_WHEN_H
#define SEND_WHEN_H

#include "base/date.h"

#include <stdint.h>

#define WHEN_GIVE_UP 86400 /* a mail that is deferred for so many seconds after its first try is refused */

/* Seconds since 1970 of a date; 0 if it is not one. */
int64_t when_seconds(char const *date);

/* Writes the date that is that many seconds after another. out may be date. */
void when_add(char out[DATE_ISO], char const *date, int64_t seconds);

/* Seconds from a try to the next: 5, 15, 60 minutes, then 120. tries: how many were made, from 1. */
int64_t when_retry(uint64_t tries);

#endif
