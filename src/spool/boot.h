/* Which start of the system this is, and how long ago it was. Both do not depend on the
   time of day, which can be set. */
#ifndef SPOOL_BOOT_H
#define SPOOL_BOOT_H

#include <stdint.h>

#define BOOT_ID 36 /* octets of a boot id */

/* The id of this boot, BOOT_ID octets, not NUL-terminated; all '-' if the system has none.
   Read once per process. */
char const *boot_id(void);

/* Seconds since the boot. */
uint64_t boot_seconds(void);

#endif
