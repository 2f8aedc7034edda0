/* The TLS process gives up its rights before it parses the first octet of a client: it holds the
   private key. */
#ifndef TLS_CONFINE_H
#define TLS_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Each returns false if the process cannot do *what ("become TLS_UID"); errno says why. */

/* May the process become this user and this group? -1: the present one. */
bool confine_is_possible(uid_t uid, gid_t gid, char const **what);

/* Closes all descriptors but 0 to 2 and fds[0..n). An entry of fds that is -1 is ignored. */
bool confine_descriptors(int const *fds, size_t n, char const **what);

/* Gives up rights for good. As root: changes the root directory to an empty one if one exists,
   clears the supplementary groups, and becomes gid and uid, which are not 0. Not as root: gid and
   uid are the process's own already, or -1. In both cases the process cannot be traced, dumps no
   core, gains no privileges, opens no descriptors and starts no processes. On x86-64 and arm64 it
   is killed if it makes another system call than moving octets needs. If it fails, the process
   must not go on. */
bool confine(uid_t uid, gid_t gid, char const **what);

#endif
