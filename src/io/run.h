/* Running another program and waiting for its end, by an absolute clock. The caller has
   called client_signals: SIGCHLD is blocked, and waited for here. */
#ifndef IO_RUN_H
#define IO_RUN_H

#include <stdint.h>
#include <sys/types.h>

/* One descriptor the program gets: ours, and the number it has there. Listed in the order
   in which they are put in place; -1 ends the list. */
struct run_fd {
	int ours, theirs;
};

/* Starts argv, found along PATH, with those descriptors, the standard actions for signals
   and none of them blocked. Returns the pid, or -1 and errno. A program that is not there,
   or cannot be run, ends with 127 or 126, as under a shell. */
pid_t run_start(char const *const *argv, char const *const *envp, struct run_fd const *fds);

/* Waits for its end: the exit code, or -1: killed by a signal, by us at the deadline
   (client_clock), or not to be waited for. */
int run_wait(pid_t pid, uint64_t deadline);

#endif
