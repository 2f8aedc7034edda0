/* The login and the plan of a message, from the environment of the line or from a request to the
   service. */
#ifndef SPOOL_LOGIN_H
#define SPOOL_LOGIN_H

#include "mail/address.h"

#include <stdbool.h>
#include <stddef.h>

#define SPOOL_LOGIN 512 /* octets of a checkpassword block */

struct spool_login {
	char plan[PLAN_MAX + 1];
	char user[SPOOL_LOGIN + 1]; /* for X-Saca-User: blanks and control octets are `?` */
};

/* Checks SACA_USER and SACA_PLAN; NULL or "" is unset. Without a user the login is
   `spool.PLAN`; without a plan it is the part of the user after its last dot. NULL: *login
   is set; otherwise what is wrong, in English. */
char const *spool_login_read(struct spool_login *login, char const *user, char const *plan);

/* Copies s, cut at size - 1 octets; blanks and control octets become `?`. NULL and "" become
   `unknown`. */
void word_copy(char *out, size_t size, char const *s);

/* Checks a `yes` or `no`; NULL or "" is no. False: it is neither. */
bool spool_switch_read(bool *on, char const *s);

#endif
