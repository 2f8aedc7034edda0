/* A session that uses services opens no files and runs no programs: it gives up the right to do
   so. */
#ifndef SMTP_RESTRICT_H
#define SMTP_RESTRICT_H

#include <stdbool.h>

/* After this the process gains no privileges, and others of its user cannot trace or read it. Where
   the kernel has Landlock, it cannot open, make or execute a file, use a new TCP socket, or signal
   another process. Sockets with a path can still be connected to.
   False: errno. A kernel without Landlock is no failure. */
bool restrict_session(void);

#endif
