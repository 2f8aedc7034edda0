/* Running another program, and waiting for its end until a deadline. The caller has blocked SIGCHLD
   (smtp/client.h does): run_wait waits for it. */
#ifndef BASE_RUN_H
#define BASE_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A descriptor for the program: its number here and there. A list of them is processed in order, and
   ends with ours = -1. */
struct run_fd {
	int ours, theirs;
};

/* Starts argv, found in PATH, with these descriptors, the default actions of signals, and no signal
   blocked. Returns the process ID, or -1 and errno. A program that does not exist or cannot be
   executed writes one line to descriptor 2 and exits with EXIT_NO_PROGRAM or EXIT_NOT_EXECUTABLE. */
pid_t run_start(char const *const *argv, char const *const *envp, struct run_fd const *fds);

/* The end of a program. */
struct run_end {
	int code;       /* its exit code; -1: a signal killed it, or it could not be waited for */
	int signal;     /* the signal that killed it, or 0 */
	bool timed_out; /* run_wait killed it at the deadline */
};

/* Waits for the end of the program. At the deadline (clock_ms) it is killed. */
struct run_end run_wait(pid_t pid, uint64_t deadline);

#define RUN_TEXT 48

/* Describes the end for a log: `exit code 71`, `killed by signal 11`, `killed: it took too long`. */
void run_describe(char out[RUN_TEXT], struct run_end const *end);

#endif
