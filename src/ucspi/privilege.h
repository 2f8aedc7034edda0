/* For programs that may be installed setuid or setgid: whoever runs them has chosen what
   they inherit, and nothing of that is to be relied on. */
#ifndef UCSPI_PRIVILEGE_H
#define UCSPI_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>

/* Does the program run with another user or group than its caller's? */
bool privilege_borrowed(void);

/* Puts back to what a fresh login has: umask 077, every signal's action and mask, the
   interval timers, soft limits (raised to the hard ones). Closes every descriptor above
   2 but those of keep[0..n), in ascending order. Returns 0, or -1 with errno. */
int privilege_reset(unsigned int const *keep, unsigned int n);

/* Makes sure that files of that size can be written, raising the caller's limit as far as
   he could. False: errno; EFBIG if they cannot. */
bool privilege_file_size(uint64_t octets);

/* Becomes the caller for good: real, effective and saved user and group. Returns 0, or
   -1 with errno, and then the program must not go on. */
int privilege_drop(void);

#endif
