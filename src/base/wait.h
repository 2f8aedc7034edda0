/* Waiting, for descriptors until a moment of clock_ms. Skalibs' iopause has no signal mask. */
#ifndef BASE_WAIT_H
#define BASE_WAIT_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>

#define WAIT_FOREVER UINT64_MAX /* the deadline that never comes */
#define WAIT_LOOK UINT64_C(0)   /* do not wait: only look what is ready */

/* Waits until one of x[0..n) has an event, as poll(2), or until the deadline. mask: the signals
   blocked meanwhile; NULL: as they are. Returns the number of ready descriptors, 0 at the deadline,
   or -1 with errno; EINTR: a signal came. After the deadline it returns 0 even if a descriptor is
   ready: a peer that sends without a pause does not extend it. */
int wait_ready(struct pollfd *x, nfds_t n, uint64_t deadline, sigset_t const *mask);

/* The same for one descriptor (-1: none), and signals do not end the wait. */
int wait_for(int fd, short events, uint64_t deadline);

/* Waits for so many milliseconds, or until a signal comes. */
void wait_ms(uint64_t ms);

#endif
