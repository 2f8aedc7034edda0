/* The monotonic clock. Deadlines are absolute times of it, so that a peer who sends an octet now and
   then cannot extend them. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since an arbitrary moment; never goes backward. */
uint64_t clock_ms(void);

#endif
