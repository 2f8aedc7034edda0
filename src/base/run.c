/* vfork(2): a session with 50000 recipients does not copy its page tables to start a program. Not
   posix_spawn: that of glibc reads and sets the action of all 64 signals. Until its exec the child
   shares our memory, and changes nothing in it but errno. */
#define _GNU_SOURCE /* vfork, execvpe */
#include "base/run.h"

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/message.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Resets the actions before it unblocks: a pending signal must not run our handler in the child. */
static bool reset_signals(void)
{
	static int const changed[] = {SIGTERM, SIGPIPE, SIGCHLD};
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;
	for (size_t i = 0; i < sizeof changed / sizeof *changed; i++)
		if (sigaction(changed[i], &standard, NULL) < 0)
			return false;
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

static bool place_descriptor(struct run_fd fd)
{
	if (fd.ours != fd.theirs)
		return dup2(fd.ours, fd.theirs) >= 0;
	int flags = fcntl(fd.ours, F_GETFD);
	return flags >= 0 && fcntl(fd.ours, F_SETFD, flags & ~FD_CLOEXEC) == 0;
}

/* Runs in the child: moves the descriptors, resets the signals, executes the program. */
static _Noreturn void become_program(char const *const *argv, char const *const *envp, struct run_fd const *fds)
{
	for (; fds->ours >= 0; fds++)
		if (!place_descriptor(*fds))
			_exit(EXIT_TEMPORARY);
	if (reset_signals())
		execvpe(argv[0], (char *const *)argv, (char *const *)envp);
	int e = errno;
	message_unable("warning", "run ", argv[0]);
	_exit(e == ENOENT ? EXIT_NO_PROGRAM : EXIT_NOT_EXECUTABLE);
}

pid_t run_start(char const *const *argv, char const *const *envp, struct run_fd const *fds)
{
	pid_t pid = vfork();
	if (pid == 0)
		become_program(argv, envp, fds);
	return pid;
}

static void wait_for_sigchld(uint64_t ms)
{
	struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	(void)sigtimedwait(&child, NULL, &t); /* the caller asks waitpid in any case */
}

static pid_t wait_for_pid(pid_t pid, int *status, int options)
{
	pid_t r;
	do
		r = waitpid(pid, status, options);
	while (r < 0 && errno == EINTR);
	return r;
}

static struct run_end end_of(int status, bool at_deadline)
{
	bool killed = WIFSIGNALED(status);
	return (struct run_end){
		.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		.signal = killed ? WTERMSIG(status) : 0,
		.timed_out = at_deadline && killed,
	};
}

struct run_end run_wait(pid_t pid, uint64_t deadline)
{
	static struct run_end const unknown = {.code = -1};
	int status;
	/* Ask before waiting: if the program has ended already, its SIGCHLD may be gone. */
	for (;;) {
		pid_t r = wait_for_pid(pid, &status, WNOHANG);
		if (r == pid)
			return end_of(status, false);
		if (r < 0)
			return unknown;
		uint64_t now = clock_ms();
		if (now >= deadline)
			break;
		wait_for_sigchld(deadline - now);
	}
	/* If it ends by itself at this moment, its exit code counts. */
	return kill(pid, SIGKILL) == 0 && wait_for_pid(pid, &status, 0) == pid ? end_of(status, true) : unknown;
}

void run_describe(char out[RUN_TEXT], struct run_end const *end)
{
	bool killed = end->signal && !end->timed_out;
	strcpy(out, end->timed_out ? "killed: it took too long" : killed ? "killed by signal "
		: end->code >= 0 ? "exit code " : "it could not be started or waited for");
	if (killed || end->code >= 0)
		num_fmt(out + strlen(out), (uint64_t)(killed ? end->signal : end->code));
}
