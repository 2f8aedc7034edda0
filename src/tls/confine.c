/* The TLS process gives up what it could do harm with. */
#define _GNU_SOURCE /* setgroups, chroot, getresuid, syscall */
#include "tls/confine.h"

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

/* valgrind opens files and makes calls of its own inside the process (scripts/analyze). */
#ifdef CONFINE_OBSERVED
#define OBSERVED 1
#else
#define OBSERVED 0
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

/* What is open stays open. Descriptors 0 to 2 are, and poll refuses to look at more of them
   than the limit says: the pump looks at three. */
static bool limit(char const **what)
{
	static struct rlimit const none = {0, 0}, taken = {3, 3};
	*what = "limit itself";
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

/* What the pump needs, from a deadline to the last octet. */
static uint16_t const calls[] = {
	__NR_recvfrom, __NR_sendto, __NR_ppoll, __NR_read, __NR_write, __NR_writev, __NR_clock_gettime,
	__NR_pread64, __NR_pwrite64, __NR_shutdown, __NR_close, __NR_munmap, __NR_madvise, __NR_brk, __NR_wait4,
	__NR_restart_syscall, __NR_rt_sigreturn, __NR_exit_group,
#ifdef __NR_poll
	__NR_poll,
#endif
};
enum { BITS = 32, WORDS = 16, LOOK = 5 }; /* no kernel has more calls than the words have bits */

/* Calls are bits, 32 to a word: the filter finds the call's word by its number, and its bit in
   there. The kernel tries a new filter on every number there is, and compiles it: to compare
   with one call after the other takes twice as long. */
static struct sock_filter const start[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, BITS - 1),
	BPF_STMT(BPF_MISC | BPF_TAX, 0),
	BPF_STMT(BPF_LD | BPF_IMM, 1),
	BPF_STMT(BPF_ALU | BPF_LSH | BPF_X, 0),
	BPF_STMT(BPF_ST, 0), /* the bit */
	LOAD(nr),
	BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, BITS), /* the word's number */
};

/* Is it this word? Then that is all there is to know. */
static size_t look_in(struct sock_filter *at, uint32_t word, uint32_t bits)
{
	struct sock_filter const steps[LOOK] = {
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word, 0, 4),
		BPF_STMT(BPF_LD | BPF_MEM, 0),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_KILL_PROCESS),
	};
	memcpy(at, steps, sizeof steps);
	return LOOK;
}

/* A kernel that has no filters, or a container that forbids them, is no reason to serve
   nobody: what is above holds without. */
static void filter(void)
{
	static struct sock_filter const otherwise = RETURN(SECCOMP_RET_KILL_PROCESS);
	struct sock_filter steps[sizeof start / sizeof *start + (size_t)LOOK * WORDS + 1];
	uint32_t words[WORDS] = {0};
	size_t n = sizeof start / sizeof *start;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		words[calls[i] / BITS] |= (uint32_t)1 << calls[i] % BITS;
	memcpy(steps, start, sizeof start);
	for (uint32_t i = 0; i < WORDS; i++)
		if (words[i])
			n += look_in(steps + n, i, words[i]);
	steps[n++] = otherwise;
	struct sock_fprog program = {(unsigned short)n, steps};
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
