/* Running another program and waiting for its end, by an absolute clock. The caller has
   called client_signals: SIGCHLD is blocked, and waited for here. */
#ifndef BASE_RUN_H
#define BASE_RUN_H

#include <stdbool.h>
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

/* How a program ended. */
struct run_end {
	int code;   /* its exit code; or -1: killed by a signal, or not to be waited for */
	int signal; /* that killed it, or 0 */
	bool late;  /* by us, at the deadline */
};

/* Waits for its end, until the deadline (clock_ms): then it is killed. */
struct run_end run_wait(pid_t pid, uint64_t deadline);

#define RUN_TELL 48

/* Says how, for the log: `exit code 71`, `killed by signal 11`, `killed: it took too long`. */
void run_tell(char out[RUN_TELL], struct run_end const *end);

#endif
