/* Becoming another program, under another user where that is wanted: the end of setuidgid's
   work without its start. */
#ifndef UCSPI_BECOME_H
#define UCSPI_BECOME_H

#include <sys/types.h>

/* -1: as it is. Both are given or neither is; not 0. */
struct become_identity {
	uid_t uid;
	gid_t gid;
};

/* Takes on the identity for good: no supplementary groups, then the group, then the user;
   needs root. Nothing to do: does nothing. If it cannot, one line on descriptor 2, and
   _exit(111). The line and become_program's begin with `name`. Both may be called in a child
   of vfork: no memory is changed but errno. */
void become_identity(struct become_identity who, char const *name);

/* Runs argv, found along PATH, with the environment as it is. If it cannot, one line and
   _exit(111). */
_Noreturn void become_program(char const *const *argv, char const *name);

#endif
