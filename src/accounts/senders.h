/* senders.cdb, as saca-accounts compiles it: the plans with their settings, the addresses
   that each plan may send from, with their display names, and a fingerprint of each login.

   The file is mapped, and a new one replaces it by a rename: a process keeps the file
   that it opened. Even with a damaged file, a lookup reads only inside the map. */
#ifndef ACCOUNTS_SENDERS_H
#define ACCOUNTS_SENDERS_H

#include "accounts/accounts.h"
#include "base/cdb.h"

#include <stdbool.h>
#include <stddef.h>

struct senders {
	struct cdb_file file;
};

#define SENDERS_ZERO {CDB_FILE_ZERO}

/* Opens the file; no descriptor stays open. False: errno says why (EINVAL: not a regular
   file, or too short to be a cdb). senders_close unmaps it. */
bool senders_open(struct senders *s, char const *path);

/* The same for a process that stays: opens it only if *s maps another file, or none (base/cdb.h). */
bool senders_update(struct senders *s, char const *path);

/* The same from a descriptor of cdb_file_descriptor, which stays open. */
bool senders_map(struct senders *s, int fd);

/* Unmaps the file. */
void senders_close(struct senders *s);

/* The result of a lookup. A damaged file says nothing about the plan or address: it is a
   temporary failure, and the administrator has to compile the accounts again. */
enum senders_result { SENDERS_NO, SENDERS_YES, SENDERS_DAMAGED };

/* Looks a plan up. SENDERS_YES: *out has its settings, whose strings point into the file
   until senders_close. Otherwise *out is unchanged. */
enum senders_result senders_plan(struct senders const *s, char const *plan, size_t n,
	struct accounts_plan *out);

/* Is address[0..an), normalized, a sender of the plan? SENDERS_YES sets *name, unless it is NULL,
   to the display name (n is 0 without one). It points into the file until senders_close. An
   over-long plan or address is SENDERS_NO. */
enum senders_result senders_address(struct senders const *s, char const *plan, size_t n,
	char const *address, size_t an, struct accounts_text *name);

#define SENDERS_FINGERPRINT 8 /* octets of a login's fingerprint */

/* Looks a login (`user.plan`) up. SENDERS_YES: fingerprint has the first octets of the SHA-256 of its
   stored hash. It changes when the login gets a new password, even the same one with a new salt. */
enum senders_result senders_login(struct senders const *s, char const *login, size_t n,
	unsigned char fingerprint[SENDERS_FINGERPRINT]);

#endif
