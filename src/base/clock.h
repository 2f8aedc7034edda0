/* Clocks that do not change when the time of day is set. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds, and microseconds, since an arbitrary moment. They never go backward. Deadlines are moments
   of clock_ms: a peer that sends an octet now and then does not extend them. */
uint64_t clock_ms(void);
uint64_t clock_us(void);

/* Seconds since the boot of the system, time in suspend included: the same for all processes. */
uint64_t clock_boot_seconds(void);

#endif
