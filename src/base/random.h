/* Random octets from the system. Skalibs' random_buf is not used: where getrandom(2) is forbidden it
   either repeats the call for ever or ends the program. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/* Fills s[0..n), n at most 256. False: errno. */
bool random_octets(void *s, size_t n);

#endif
