/* A session gives up rights, by prctl(2) and landlock(7). */
#define _GNU_SOURCE /* syscall */
#include "smtp/restrict.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The headers of the C library or kernel may be older than the kernel that runs. These numbers are
   the same on all architectures. */
enum { CREATE_RULESET = 444, RESTRICT_SELF = 446, ASK_VERSION = 1 };

/* Access rights per version of the interface: see linux/landlock.h. */
enum {
	FILES_1 = 0x1fff,         /* execute, write, read, list, remove, make */
	FILES_2 = FILES_1 | 1 << 13, /* link or rename to another directory */
	FILES_3 = FILES_2 | 1 << 14, /* truncate */
	FILES_5 = FILES_3 | 1 << 15, /* ioctl on devices */
	TCP = 3,                  /* bind, connect */
	SCOPES = 3                /* abstract sockets and signals to others */
};

struct ruleset {
	uint64_t files, network, scopes;
};

static bool restrict_by_landlock(void)
{
	long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
	if (version < 1)
		return true; /* the kernel does not have it, or it is turned off */
	struct ruleset rules = {
		.files = version >= 5 ? FILES_5 : version >= 3 ? FILES_3 : version == 2 ? FILES_2 : FILES_1,
		.network = version >= 4 ? TCP : 0,
		.scopes = version >= 6 ? SCOPES : 0};
	size_t size = version >= 6 ? sizeof rules : version >= 4 ? offsetof(struct ruleset, scopes) : sizeof rules.files;
	int fd = (int)syscall(CREATE_RULESET, &rules, size, 0);
	if (fd < 0)
		return false;
	bool done = syscall(RESTRICT_SELF, fd, 0) == 0;
	close(fd);
	return done;
}

bool restrict_session(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 && restrict_by_landlock();
}
