/* The TLS process gives up what it could do harm with. */
#define _GNU_SOURCE /* setgroups, chroot, getresuid, syscall */
#include "tls/confine.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

bool confine_can(uid_t uid, gid_t gid, char const **what)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;
	if (geteuid() == 0)
		return true;
	*what = "tell who it is";
	if (getresuid(&ruid, &euid, &suid) < 0 || getresgid(&rgid, &egid, &sgid) < 0)
		return false;
	errno = EPERM;
	*what = "become TLS_GID";
	if (gid != (gid_t)-1 && gid != rgid && gid != egid && gid != sgid)
		return false;
	*what = "become TLS_UID";
	return uid == (uid_t)-1 || uid == ruid || uid == euid || uid == suid;
}

static bool close_all(unsigned int first, unsigned int last)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, last, 0) == 0)
		return true;
#endif
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	for (rlim_t fd = first; fd <= last && fd < limit.rlim_cur; fd++)
		close((int)fd);
	return true;
}

/* The lowest of fds[0..n) from `from` on, or UINT_MAX. */
static unsigned int lowest(int const *fds, size_t n, unsigned int from)
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
	for (; (next = lowest(fds, n, from)) != UINT_MAX; from = next + 1)
		if (next > from && !close_all(from, next - 1))
			return false;
	return close_all(from, UINT_MAX);
}

/* No file can be reached any more, whatever it would be opened with. The second folder
   holds nothing but the positions of our own descriptors. */
static void leave_files(void)
{
	static char const *const empty[] = {"/var/empty", "/proc/self/fdinfo"};
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		if (chdir(empty[i]) == 0 && chroot(".") == 0)
			return;
}

static bool become(uid_t uid, gid_t gid, char const **what)
{
	if (geteuid() == 0) {
		leave_files();
		*what = "give up the supplementary groups";
		if (setgroups(0, NULL) < 0)
			return false;
	}
	*what = "become TLS_GID";
	if (gid != (gid_t)-1 && setresgid(gid, gid, gid) < 0)
		return false;
	*what = "become TLS_UID";
	return uid == (uid_t)-1 || setresuid(uid, uid, uid) == 0;
}

/* RLIMIT_NOFILE 0 leaves what is open open, but select must be used then: poll refuses
   to look at more descriptors than that. */
static bool limit(char const **what)
{
	static struct rlimit const none = {0, 0};
	*what = "limit itself";
	return setrlimit(RLIMIT_NOFILE, &none) == 0 && setrlimit(RLIMIT_NPROC, &none) == 0
		&& setrlimit(RLIMIT_CORE, &none) == 0;
}

#if defined __linux__ && (defined __x86_64__ || defined __aarch64__) \
	&& !defined __SANITIZE_ADDRESS__ && defined SECCOMP_RET_KILL_PROCESS
#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), RETURN(SECCOMP_RET_ALLOW)

/* The calls of the pump first: a filter is read from the top at every call. */
static struct sock_filter const calls[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	ALLOW(recvfrom),
	ALLOW(sendto),
	ALLOW(pselect6),
#ifdef __NR_select
	ALLOW(select),
#endif
	ALLOW(read),
	ALLOW(write),
	ALLOW(writev),
	ALLOW(clock_gettime),
	ALLOW(pread64),
	ALLOW(pwrite64),
	ALLOW(shutdown),
	ALLOW(close),
	ALLOW(munmap),
	ALLOW(madvise),
	ALLOW(brk),
	ALLOW(wait4),
	ALLOW(restart_syscall),
	ALLOW(rt_sigreturn),
	ALLOW(exit_group),
	RETURN(SECCOMP_RET_KILL_PROCESS),
};

/* A kernel that has no filters, or a container that forbids them, is no reason to serve
   nobody: what is above holds without. */
static void filter(void)
{
	struct sock_fprog program = {sizeof calls / sizeof *calls, (struct sock_filter *)calls};
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
#else
static void filter(void)
{
}
#endif

bool confine(uid_t uid, gid_t gid, char const **what)
{
	if (!become(uid, gid, what))
		return false;
#ifdef __linux__
	*what = "renounce new privileges";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	*what = "forbid to be traced";
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return false;
#endif
	if (!limit(what))
		return false;
	filter();
	return true;
}
