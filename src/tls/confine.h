/* The TLS process gives up what it could do harm with: a stranger's bytes are about to be
   parsed in the process that holds the key. */
#ifndef TLS_CONFINE_H
#define TLS_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Has the process the right to become these? To be asked before somebody relies on it. */
bool confine_can(uid_t uid, gid_t gid, char const **what);

/* Closes all descriptors but 0 to 2 and fds[0..n); one that is -1 is none. False: *what couldn't be done, errno. */
bool confine_descriptors(int const *fds, size_t n, char const **what);

/* For good: as root, an empty root folder where there is one, no supplementary groups, and
   gid and uid (which are not 0). Otherwise gid and uid must be what the process has
   already, or -1. In any case nobody may trace the process or get a core of it; it gains
   no privileges any more, opens no descriptor, starts no process, and, where the kernel
   knows seccomp, is left with the system calls that moving octets takes. False: *what
   couldn't be done, errno. The process must not go on then. */
bool confine(uid_t uid, gid_t gid, char const **what);

#endif
