/* The identity of this boot of the system. clock_boot_seconds (base/clock.h) counts from it. */
#ifndef SPOOL_BOOT_H
#define SPOOL_BOOT_H

#define BOOT_ID 36 /* octets of a boot id */

/* The id of this boot, BOOT_ID octets, not NUL-terminated; all '-' if the system has none.
   Read once per process. */
char const *boot_id(void);

#endif
