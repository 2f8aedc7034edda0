/* Running another program. vfork: a dialogue that holds 50000 recipients does not copy its
   page tables to start a spooler; and by hand, since posix_spawn of glibc asks and sets
   the action of every one of 64 signals, of which we have changed three. Until its exec
   the child shares our memory, and changes nothing in it but errno. */
#define _GNU_SOURCE /* vfork, execvpe */
#include "base/clock.h"
#include "base/run.h"

#include "base/exitcode.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <skalibs/strerr.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* As another program expects it: none of our actions, nothing blocked. The actions come
   first, or a signal that waits would run our handler in the child. */
static int reset_signals(void)
{
	static int const changed[] = {SIGTERM, SIGPIPE, SIGCHLD};
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;
	for (size_t i = 0; i < sizeof changed / sizeof *changed; i++)
		if (sigaction(changed[i], &standard, NULL) < 0)
			return -1;
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int place(struct run_fd fd)
{
	if (fd.ours != fd.theirs)
		return dup2(fd.ours, fd.theirs);
	int flags = fcntl(fd.ours, F_GETFD);
	return flags < 0 ? -1 : fcntl(fd.ours, F_SETFD, flags & ~FD_CLOEXEC);
}

/* In the child. Whoever waits learns of a failure by the exit code of a shell's. */
static _Noreturn void become(char const *const *argv, char const *const *envp, struct run_fd const *fds)
{
	for (; fds->ours >= 0; fds++)
		if (place(*fds) < 0)
			_exit(EXIT_TEMPORARY);
	if (reset_signals() == 0)
		execvpe(argv[0], (char *const *)argv, (char *const *)envp);
	int e = errno;
	char const *why = e == ENOENT ? ": no such file\n" : e == EACCES ? ": permission denied\n" : "\n";
	struct iovec line[] = {{(char *)PROG, strlen(PROG)}, {": cannot run ", 13},
		{(char *)argv[0], strlen(argv[0])}, {(char *)why, strlen(why)}};
	(void)!writev(2, line, 4); /* the code says it too */
	_exit(e == ENOENT ? EXIT_NO_PROGRAM : EXIT_NOT_EXECUTABLE);
}

pid_t run_start(char const *const *argv, char const *const *envp, struct run_fd const *fds)
{
	pid_t pid = vfork();
	if (pid == 0)
		become(argv, envp, fds);
	return pid;
}

static void wait_for_signal(uint64_t ms)
{
	struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	(void)sigtimedwait(&child, NULL, &t); /* whatever ended it, waitpid tells */
}

static pid_t ended(pid_t pid, int *status, int options)
{
	pid_t r;
	do
		r = waitpid(pid, status, options);
	while (r < 0 && errno == EINTR);
	return r;
}

static struct run_end end_of(int status, bool late)
{
	bool killed = WIFSIGNALED(status);
	return (struct run_end){
		.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		.signal = killed ? WTERMSIG(status) : 0,
		.late = late && killed,
	};
}

struct run_end run_wait(pid_t pid, uint64_t deadline)
{
	static struct run_end const unknown = {.code = -1};
	int status;
	/* It is asked first: the signal of one that ended while we waited for the client has
	   been taken, and to wait for another one would be for ever. */
	for (;;) {
		pid_t r = ended(pid, &status, WNOHANG);
		if (r == pid)
			return end_of(status, false);
		if (r < 0)
			return unknown;
		uint64_t now = clock_ms();
		if (now >= deadline)
			break;
		wait_for_signal(deadline - now);
	}
	/* It may end by itself at this very moment, and then what it did holds. */
	return kill(pid, SIGKILL) == 0 && ended(pid, &status, 0) == pid ? end_of(status, true) : unknown;
}

void run_tell(char out[RUN_TELL], struct run_end const *end)
{
	bool killed = end->signal && !end->late;
	strcpy(out, end->late ? "killed: it took too long" : killed ? "killed by signal "
		: end->code >= 0 ? "exit code " : "it could not be started, or be waited for");
	if (killed || end->code >= 0)
		num_fmt(out + strlen(out), (uint64_t)(killed ? end->signal : end->code));
}
