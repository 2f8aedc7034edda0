/* The confined TLS process: every system call is tried, and only those of a list may return. */
#define _GNU_SOURCE /* syscall */
#include "tls/confine.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS = 520, NOBODY = 65534, CANNOT = 3 };

static int const allowed[] = {
	SYS_read, SYS_write, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_recvfrom, SYS_sendto, SYS_shutdown, SYS_close,
	SYS_ppoll, SYS_clock_gettime, SYS_munmap, SYS_madvise, SYS_brk, SYS_wait4, SYS_restart_syscall,
	SYS_rt_sigreturn, SYS_exit_group,
};

static bool is_allowed(int call)
{
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		if (allowed[i] == call)
			return true;
	return false;
}

/* uretprobe and uprobe: Linux does not show them to filters. */
static bool is_for_probes(int call)
{
#ifdef __x86_64__
	return call == 335 || call == 336;
#else
	(void)call;
	return false;
#endif
}

static bool confine_as_nobody(void)
{
	char const *why;
	bool root = geteuid() == 0;
	return confine(root ? NOBODY : (uid_t)-1, root ? NOBODY : (gid_t)-1, &why);
}

/* The wait status of a confined process that makes this call, with arguments that no call accepts. */
static int status_after(int call)
{
	int status = 0;
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (!confine_as_nobody())
			_exit(CANNOT);
		syscall(call, -1L, -1L, -1L, -1L, -1L, -1L);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(other_system_calls_kill_a_confined_process)
{
	for (int call = 0; call < CALLS; call++) {
		if (is_for_probes(call))
			continue;
		int status = status_after(call);
		bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
		ck_assert_msg(killed == !is_allowed(call), "call %d: status %x", call, (unsigned int)status);
		ck_assert_msg(!WIFEXITED(status) || WEXITSTATUS(status) != CANNOT, "it could not be confined");
	}
}
END_TEST

/* The limit of descriptors prevents this, also without a filter. */
static int try_to_open(void)
{
	if (!confine_as_nobody())
		return CANNOT;
	int fd = open("/", O_RDONLY);
	return fd < 0 && errno == EMFILE ? 0 : 1;
}

START_TEST(a_confined_process_opens_no_descriptor)
{
	int status = 0;
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(try_to_open());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg((WIFEXITED(status) && WEXITSTATUS(status) == 0) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS),
		"status %x", (unsigned int)status);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("confine");
	TCase *c = unit_case("confine");
#if defined __linux__ && !defined __SANITIZE_ADDRESS__ && !defined CONFINE_OBSERVED
	tcase_add_test(c, other_system_calls_kill_a_confined_process);
#else
	(void)other_system_calls_kill_a_confined_process; /* the sanitizer and valgrind make other calls */
#endif
#ifndef CONFINE_OBSERVED
	tcase_add_test(c, a_confined_process_opens_no_descriptor);
#else
	(void)a_confined_process_opens_no_descriptor;
#endif
	suite_add_tcase(s, c);
	return s;
}
