/* The times at which a deferred mail is tried again, and refused. */
#ifndef SEND_WHEN_H
#define SEND_WHEN_H

#include <stdint.h>

#define WHEN_GIVE_UP 86400 /* a mail that is deferred for so many seconds after its first try is refused */

/* Seconds from a try to the next: 5, 15, 60 minutes, then 120. tries: how many were made, from 1. */
int64_t when_retry(uint64_t tries);

#endif
