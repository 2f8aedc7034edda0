#define _GNU_SOURCE /* setgroups, setresuid */
#include "ucspi/become.h"

#include "base/exitcode.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct iovec iovec_of(char const *s)
{
	return (struct iovec){(char *)s, strlen(s)};
}

static _Noreturn void die_unable(char const *name, char const *what, char const *of)
{
	struct iovec const line[] = {iovec_of(name), iovec_of(": fatal: unable to "), iovec_of(what), iovec_of(of),
		iovec_of(": "), iovec_of(strerror(errno)), iovec_of("\n")};
	(void)!writev(2, line, sizeof line / sizeof *line); /* the exit code is enough */
	_exit(EXIT_TEMPORARY);
}

void become_identity(struct become_identity who, char const *name)
{
	if (who.uid == (uid_t)-1)
		return;
	if (setgroups(0, NULL) < 0)
		die_unable(name, "clear the supplementary groups", "");
	if (setresgid(who.gid, who.gid, who.gid) < 0)
		die_unable(name, "become the program's group", "");
	if (setresuid(who.uid, who.uid, who.uid) < 0)
		die_unable(name, "become the program's user", "");
	if (setuid(0) == 0) { /* a security module may ignore setresuid */
		errno = EPERM;
		die_unable(name, "give up root", "");
	}
}

void become_program(char const *const *argv, char const *name)
{
	execvp(argv[0], (char *const *)argv);
	die_unable(name, "run ", argv[0]);
}
