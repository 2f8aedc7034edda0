/* Running another program. posix_spawn, which on Linux is a vfork: the page tables of a
   dialogue that holds 50000 recipients are not copied to start a spooler. */
#include "io/run.h"

#include "io/client.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

static int set_attributes(posix_spawnattr_t *a)
{
	sigset_t none, defaults;
	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	int e = posix_spawnattr_setflags(a, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!e)
		e = posix_spawnattr_setsigmask(a, &none);
	return e ? e : posix_spawnattr_setsigdefault(a, &defaults);
}

pid_t run_start(char const *const *argv, char const *const *envp, struct run_fd const *fds)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid = -1;
	int e = posix_spawn_file_actions_init(&actions);
	if (e) {
		errno = e;
		return -1;
	}
	e = posix_spawnattr_init(&attributes);
	if (!e) {
		e = set_attributes(&attributes);
		for (; !e && fds->ours >= 0; fds++)
			e = posix_spawn_file_actions_adddup2(&actions, fds->ours, fds->theirs);
		if (!e)
			e = posix_spawnp(&pid, argv[0], &actions, &attributes, (char *const *)argv, (char *const *)envp);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	if (e) {
		errno = e;
		return -1;
	}
	return pid;
}

int run_wait(pid_t pid, uint64_t deadline)
{
	sigset_t child;
	int status;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		pid_t r = waitpid(pid, &status, WNOHANG);
		if (r == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		if (r < 0 && errno != EINTR)
			return -1;
		uint64_t now = client_clock();
		if (now >= deadline)
			break;
		struct timespec t = {.tv_sec = (time_t)((deadline - now) / 1000),
			.tv_nsec = (long)((deadline - now) % 1000) * 1000000};
		(void)sigtimedwait(&child, NULL, &t); /* whatever ended it, waitpid tells */
	}
	if (kill(pid, SIGKILL) == 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	return -1;
}
