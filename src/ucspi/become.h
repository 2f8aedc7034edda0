/* Becoming another program, and first another user if the caller wants that. */
#ifndef UCSPI_BECOME_H
#define UCSPI_BECOME_H

#include <sys/types.h>

/* Both numbers are set, and not 0, or both are -1: the present user. */
struct become_identity {
	uid_t uid;
	gid_t gid;
};

/* Clears the supplementary groups and becomes the group and the user for good; needs root. If it fails,
   it writes one line to descriptor 2 and exits with EXIT_TEMPORARY. Both
   functions may be called in a child of vfork(2): they change no memory but errno. */
void become_identity(struct become_identity who);

/* Executes argv, found in PATH. If that fails, does the same as become_identity. */
_Noreturn void become_program(char const *const *argv);

#endif
