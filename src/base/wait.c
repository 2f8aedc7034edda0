#define _GNU_SOURCE /* ppoll */
#include "base/wait.h"

#include "base/clock.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

int wait_ready(struct pollfd *x, nfds_t n, uint64_t deadline, sigset_t const *mask)
{
	struct timespec t = {0, 0};
	if (deadline != WAIT_LOOK && deadline != WAIT_FOREVER) {
		uint64_t now = clock_ms();
		if (now >= deadline)
			return 0;
		t.tv_sec = (time_t)((deadline - now) / 1000);
		t.tv_nsec = (long)((deadline - now) % 1000) * 1000000;
	}
	return ppoll(x, n, deadline == WAIT_FOREVER ? NULL : &t, mask);
}

int wait_for(int fd, short events, uint64_t deadline)
{
	struct pollfd x = {.fd = fd, .events = events};
	int r;
	do
		r = wait_ready(&x, 1, deadline, NULL);
	while (r < 0 && errno == EINTR);
	return r;
}

void wait_ms(uint64_t ms)
{
	(void)wait_ready(NULL, 0, clock_ms() + ms, NULL);
}
