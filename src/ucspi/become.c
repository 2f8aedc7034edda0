#define _GNU_SOURCE /* setgroups, setresuid */
#include "ucspi/become.h"

#include "base/exitcode.h"
#include "base/message.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

static _Noreturn void die_unable(char const *what, char const *name)
{
	message_unable("fatal", what, name);
	_exit(EXIT_TEMPORARY);
}

void become_identity(struct become_identity who)
{
	if (who.uid == (uid_t)-1)
		return;
	if (setgroups(0, NULL) < 0)
		die_unable("clear the supplementary groups", "");
	if (setresgid(who.gid, who.gid, who.gid) < 0)
		die_unable("become the program's group", "");
	if (setresuid(who.uid, who.uid, who.uid) < 0)
		die_unable("become the program's user", "");
	if (setuid(0) == 0) { /* a security module may ignore setresuid */
		errno = EPERM;
		die_unable("give up root", "");
	}
}

void become_program(char const *const *argv)
{
	execvp(argv[0], (char *const *)argv);
	die_unable("run ", argv[0]);
}
