/* The monotonic clock: deadlines are absolute times of it. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since an arbitrary moment; never goes backward. */
uint64_t clock_ms(void);

#endif
