/* Waiting for descriptors until a moment of clock_ms. Skalibs' iopause has no signal mask. */
#ifndef BASE_WAIT_H
#define BASE_WAIT_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>

#define WAIT_FOREVER UINT64_MAX /* a deadline that never comes */

/* Waits until one of x[0..n) has an event, as poll(2), or until the deadline. mask: the signals
   blocked meanwhile, NULL: as they are. Returns the number of ready descriptors, 0 at the deadline,
   or -1 with errno; EINTR: a signal came. A deadline in the past only looks. */
int wait_ready(struct pollfd *x, nfds_t n, uint64_t deadline, sigset_t const *mask);

/* The same for one descriptor, and signals do not end it. */
int wait_for(int fd, short events, uint64_t deadline);

#endif
