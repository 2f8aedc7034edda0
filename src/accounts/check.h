/* Checking a login against passwords.cdb, which has

     user.plan -> hash
     NUL       -> one hash of each method and cost in the file (no login can be a NUL)

   Every login costs one hashing for each method and cost, even that of an unknown user. So the
   time does not tell whether a user exists, or how the password is hashed. */
#ifndef ACCOUNTS_CHECK_H
#define ACCOUNTS_CHECK_H

#include "base/cdb.h"

#include <stdbool.h>
#include <stddef.h>

#define CHECK_BLOCK 512 /* octets of a checkpassword block */

/* A block (https://cr.yp.to/checkpwd/interface.html): user NUL password NUL timestamp NUL, and
   perhaps more. */
struct check_login {
	char block[CHECK_BLOCK];
	size_t n;
	char const *user, *password, *timestamp; /* in block, after check_read */
};

/* Finds the three strings in block[0..n). False: they are not there. */
bool check_read(struct check_login *login);

enum check_result {
	CHECK_REFUSED,  /* no such user, or another password, or an empty one */
	CHECK_ACCEPTED,
	CHECK_DAMAGED,  /* the file is damaged */
	CHECK_BAD_HASH, /* libcrypt cannot read a hash in the file */
	CHECK_ERROR     /* errno */
};

/* Finds the user's hash, which points into the file. False: the user has no hash, or the file is
   damaged. */
bool check_find_hash(struct cdb_file const *f, char const *user, char const **hash, size_t *n);

/* Checks the password of a user (user.plan), both strings, in the time that an unknown user takes. */
enum check_result check_password(struct cdb_file const *f, char const *user, char const *password);

/* A hash of the default method, to stand in for a hash that is not there. Nobody has its password. */
extern char const check_nobody[];

/* Says why a login cannot be checked, for the log: for the last three results. */
char const *check_reason(enum check_result r);

#endif
