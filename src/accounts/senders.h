/* senders.cdb, as saca-accounts compiles it: which plans there are, what their settings
   are, and which addresses they may send from.

   The file is mapped, and a new one replaces it by a rename: a process keeps the one it
   opened. Whatever its content, the lookups read inside the map only. */
#ifndef ACCOUNTS_SENDERS_H
#define ACCOUNTS_SENDERS_H

#include "accounts/accounts.h"
#include "base/cdb.h"

#include <stddef.h>

struct senders {
	struct cdbfile file;
};

#define SENDERS_ZERO {CDBFILE_ZERO}

/* Opens the file, close-on-exec; no descriptor stays open. Returns 0, or -1 with errno
   (EINVAL: not a regular file, or too short to be a cdb). senders_close undoes it. */
int senders_open(struct senders *s, char const *path);
void senders_close(struct senders *s);

/* Each returns 1: yes; 0: no; -1: the file is damaged, which says nothing about the
   plan or address and is for the operator to mend (a temporary failure). */

/* Is plan[0..n) there? If so, *out holds its settings; else *out is not written to. */
int senders_plan(struct senders const *s, char const *plan, size_t n, struct accounts_plan *out);

/* Is address[0..an), with its A-Z lowered already (ascii_lower_all), a sender of the
   plan? An address or plan too long to be one is simply none. */
int senders_has(struct senders const *s, char const *plan, size_t n,
	char const *address, size_t an);

#endif
