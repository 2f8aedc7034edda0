#define _GNU_SOURCE /* setgroups, chroot, getresuid */
#include "tls/confine.h"

#include "base/fd.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

/* Valgrind opens files and makes system calls in the process (scripts/analyze). */
#ifdef CONFINE_OBSERVED
#define OBSERVED 1
#else
#define OBSERVED 0
#endif

bool confine_is_possible(uid_t uid, gid_t gid, char const **what)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;
	if (geteuid() == 0)
		return true;
	*what = "read its user and group";
	if (getresuid(&ruid, &euid, &suid) < 0 || getresgid(&rgid, &egid, &sgid) < 0)
		return false;
	errno = EPERM;
	*what = "become TLS_GID";
	if (gid != (gid_t)-1 && gid != rgid && gid != egid && gid != sgid)
		return false;
	*what = "become TLS_UID";
	return uid == (uid_t)-1 || uid == ruid || uid == euid || uid == suid;
}

/* The lowest of fds[0..n) that is at least `from`, or UINT_MAX. */
static unsigned int lowest_descriptor(int const *fds, size_t n, unsigned int from)
{
	unsigned int found = UINT_MAX;
	for (size_t i = 0; i < n; i++)
		if (fds[i] >= 0 && (unsigned int)fds[i] >= from && (unsigned int)fds[i] < found)
			found = (unsigned int)fds[i];
	return found;
}

bool confine_descriptors(int const *fds, size_t n, char const **what)
{
	unsigned int from = 3, next;
	*what = "close descriptors";
	for (; (next = lowest_descriptor(fds, n, from)) != UINT_MAX; from = next + 1)
		if (next > from && !fd_close_range(from, next - 1))
			return false;
	return fd_close_range(from, UINT_MAX);
}

/* Changes the root directory to an empty one, or to /proc/self/fdinfo, which has only the
   positions of our own descriptors. Without either the limit on descriptors still holds. */
static void change_root(void)
{
	static char const *const empty[] = {"/var/empty", "/proc/self/fdinfo"};
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		if (chdir(empty[i]) == 0 && chroot(".") == 0)
			return;
}

static bool become_user(uid_t uid, gid_t gid, char const **what)
{
	if (geteuid() == 0) {
		change_root();
		*what = "clear the supplementary groups";
		if (setgroups(0, NULL) < 0)
			return false;
	}
	*what = "become TLS_GID";
	if (gid != (gid_t)-1 && setresgid(gid, gid, gid) < 0)
		return false;
	*what = "become TLS_UID";
	return uid == (uid_t)-1 || setresuid(uid, uid, uid) == 0;
}

/* Descriptors 0 to 2 are open, and higher ones stay open. A limit below 3 would make poll(2) refuse the
   three descriptors of the pump. */
static bool set_limits(char const **what)
{
	static struct rlimit const none = {0, 0}, taken = {3, 3};
	*what = "limit its resources";
	return (OBSERVED || setrlimit(RLIMIT_NOFILE, &taken) == 0) && setrlimit(RLIMIT_NPROC, &none) == 0
		&& setrlimit(RLIMIT_CORE, &none) == 0;
}

#if defined __linux__ && (defined __x86_64__ || defined __aarch64__) \
	&& !defined __SANITIZE_ADDRESS__ && !OBSERVED && defined SECCOMP_RET_KILL_PROCESS
#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))

/* The system calls of the pump, up to its exit. */
static uint16_t const calls[] = {
	__NR_recvfrom, __NR_sendto, __NR_ppoll, __NR_read, __NR_write, __NR_writev, __NR_clock_gettime,
	__NR_pread64, __NR_pwrite64, __NR_shutdown, __NR_close, __NR_munmap, __NR_madvise, __NR_brk, __NR_wait4,
	__NR_restart_syscall, __NR_rt_sigreturn, __NR_exit_group,
};
enum { CALLS = sizeof calls / sizeof *calls };

/* Filters system calls. If the kernel has no filters, or a container forbids them, the session
   goes on: the other measures hold. */
static void filter_calls(void)
{
	static struct sock_filter const start[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
	};
	static struct sock_filter const end[] = {RETURN(SECCOMP_RET_KILL_PROCESS), RETURN(SECCOMP_RET_ALLOW)};
	enum { START = sizeof start / sizeof *start };
	struct sock_filter steps[START + CALLS + sizeof end / sizeof *end];
	memcpy(steps, start, sizeof start);
	for (size_t i = 0; i < CALLS; i++) /* a listed call jumps over the rest of the list and the KILL */
		steps[START + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], (uint8_t)(CALLS - i), 0);
	memcpy(steps + START + CALLS, end, sizeof end);
	struct sock_fprog program = {sizeof steps / sizeof *steps, steps};
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
#else
static void filter_calls(void)
{
}
#endif

bool confine(uid_t uid, gid_t gid, char const **what)
{
	if (!become_user(uid, gid, what))
		return false;
#ifdef __linux__
	*what = "set no_new_privs";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	*what = "make itself untraceable";
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return false;
#endif
	if (!set_limits(what))
		return false;
	filter_calls();
	return true;
}
