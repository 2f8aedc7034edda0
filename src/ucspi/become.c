/* Becoming another program, under another user. */
#define _GNU_SOURCE /* setgroups, setresuid */
#include "ucspi/become.h"

#include "base/exitcode.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct iovec piece(char const *s)
{
	return (struct iovec){(char *)s, strlen(s)};
}

static _Noreturn void fail(char const *name, char const *what, char const *of)
{
	struct iovec const line[] = {piece(name), piece(": "), piece(what), piece(of), piece(": "),
		piece(strerror(errno)), piece("\n")};
	(void)!writev(2, line, sizeof line / sizeof *line); /* the code says it too */
	_exit(EXIT_TEMPORARY);
}

void become_identity(struct become_identity who, char const *name)
{
	if (who.uid == (uid_t)-1)
		return;
	if (setgroups(0, NULL) < 0)
		fail(name, "cannot give up the supplementary groups", "");
	if (setresgid(who.gid, who.gid, who.gid) < 0)
		fail(name, "cannot become the program's group", "");
	if (setresuid(who.uid, who.uid, who.uid) < 0)
		fail(name, "cannot become the program's user", "");
	if (setuid(0) == 0) { /* some kernels have been persuaded to say yes to everything */
		errno = EPERM;
		fail(name, "can still become root", "");
	}
}

void become_program(char const *const *argv, char const *name)
{
	execvp(argv[0], (char *const *)argv);
	fail(name, "cannot run ", argv[0]);
}
