/* The settings that come with a message: whose it is, and where it came from. The line
   has them in the environment, a service in its requests. */
#ifndef SPOOL_REQUEST_H
#define SPOOL_REQUEST_H

#include "mail/address.h"

#include <stdbool.h>

#define REQUEST_LOGIN 512 /* octets of a checkpassword block */

/* Whose message it is. */
struct request_login {
	char plan[PLAN_MAX + 1];
	char user[REQUEST_LOGIN + 1]; /* for X-Saca-User: blanks and control octets are `?` */
};

/* Checks SACA_USER and SACA_PLAN; NULL or "" is unset. Without a user the login is
   `spool.PLAN`; without a plan it is the part of the user after its last dot. NULL: *login
   is set; otherwise what is wrong, in English. */
char const *request_read_login(struct request_login *login, char const *user, char const *plan);

/* Checks a `yes` or `no`; NULL or "" is no. False: it is neither. */
bool request_read_switch(bool *on, char const *s);

#endif
