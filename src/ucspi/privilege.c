/* Not relying on what a stranger has set up, and letting go of what he may not have. */
#define _GNU_SOURCE /* syscall, the interval timers, RLIMIT_AS */
#include "ucspi/privilege.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

bool privilege_borrowed(void)
{
	return getuid() != geteuid() || getgid() != getegid();
}

static int reset_signals(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;
	/* EINVAL: those that can't be caught, and the C library's own. */
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (sigaction(sig, &action, NULL) < 0 && errno != EINVAL)
			return -1;
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int reset_timers(void)
{
	static int const timers[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
	struct itimerval const off = {{0, 0}, {0, 0}};
	for (unsigned int i = 0; i < sizeof timers / sizeof *timers; i++)
		if (setitimer(timers[i], &off, NULL) < 0)
			return -1;
	return 0;
}

static int reset_limits(void)
{
	static int const limits[] = {RLIMIT_AS, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE,
		RLIMIT_NOFILE, RLIMIT_STACK};
	struct rlimit limit;
	for (unsigned int i = 0; i < sizeof limits / sizeof *limits; i++) {
		if (getrlimit(limits[i], &limit) < 0)
			return -1;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(limits[i], &limit) < 0)
			return -1;
	}
	return 0;
}

static void close_from_to(unsigned int first, unsigned int last)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, last, 0) == 0)
		return;
#endif
	struct rlimit limit; /* just raised to what it can be */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && last >= limit.rlim_cur)
		last = limit.rlim_cur ? (unsigned int)limit.rlim_cur - 1 : 0;
	for (unsigned int fd = first; fd <= last; fd++)
		close((int)fd);
}

int privilege_reset(unsigned int const *keep, unsigned int n)
{
	unsigned int first = 3;
	umask(077);
	if (reset_signals() < 0 || reset_timers() < 0 || reset_limits() < 0)
		return -1;
	for (unsigned int i = 0; i < n; i++) {
		if (first < keep[i])
			close_from_to(first, keep[i] - 1);
		first = keep[i] + 1;
	}
	close_from_to(first, ~0U);
	return 0;
}

bool privilege_file_size(uint64_t octets)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		return false;
	if (limit.rlim_cur == RLIM_INFINITY)
		return true;
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= octets)
		return setrlimit(RLIMIT_FSIZE, &limit) == 0;
	errno = EFBIG;
	return false;
}

int privilege_drop(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	if (setregid(gid, gid) < 0 || setreuid(uid, uid) < 0)
		return -1;
	if (getegid() != gid || geteuid() != uid)
		return errno = EPERM, -1;
	return 0;
}
