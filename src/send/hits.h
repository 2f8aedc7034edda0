/* The folder hits/: files HOST.YYYYMMDDHH (UTC), to which many processes append while
   saca-count reads and removes. A writer holds a shared flock on the file; the process that
   removes it holds the exclusive one. If a writer finds that its file was removed (it has no
   link), it opens the file again. */
#ifndef SEND_HITS_H
#define SEND_HITS_H

#include "send/hit.h"

#include <stdbool.h>

#define HITS_HOST 64 /* octets of a host's name in that of a file, with its NUL */

/* Writes this host's name as it is in the names of files: letters, digits, dots and hyphens.
   False: errno. */
bool hits_host(char out[HITS_HOST]);

/* Appends the hit to the file of its hour in `folder`, in one write. `synced`: it is on disk when the
   call returns (of a new file its name too). The file is made 0660. False: errno. A write that was
   cut short (ENOSPC) leaves a torn line, which spoils only itself. */
bool hits_append(char const *folder, struct hit const *h, bool synced);

#endif
