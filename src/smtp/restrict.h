/* A session that asks services needs no file and no program: it gives up the right to them. */
#ifndef SMTP_RESTRICT_H
#define SMTP_RESTRICT_H

#include <stdbool.h>

/* From here on this process gains no privileges, cannot be traced or read by others of its user,
   and, where the kernel has Landlock, can open, make and execute no file, neither bind nor connect
   a TCP socket, and signal no other process. Sockets with a path can still be connected to.
   False: errno. A kernel without Landlock is no failure. */
bool restrict_session(void);

#endif
