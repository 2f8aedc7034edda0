/* The login of a user of the web pages and of the API, by the login service. */
#ifndef WEB_LOGIN_H
#define WEB_LOGIN_H

#include "service/login.h"

#define WEB_LOGIN_SECONDS 30 /* to wait for the service */

enum web_login {
	WEB_LOGIN_YES,
	WEB_LOGIN_NO,       /* unknown user, or wrong password */
	WEB_LOGIN_TOO_MANY, /* the client's address has failed too often: try again in 10 minutes */
	WEB_LOGIN_LATER     /* the service failed, or took too long */
};

/* The user of a request. All zero: not logged in. */
struct web_user {
	char name[TICKET_USER + 1];      /* user.plan */
	char const *plan;                /* in name */
	char ticket[TICKET_BASE64 + 1];  /* for the queue service; "" if the login service has no key */
};

/* Checks a password. socket: of the service (setting SACA_LOGIN); user: `user.plan`; address:
   the client's (REMOTE_ADDR). WEB_LOGIN_YES: *u is set; otherwise it is unchanged.
   WEB_LOGIN_LATER: reason has the reason, for the log. */
enum web_login web_login_check(struct web_user *u, char const *socket, char const *user, char const *password,
	char const *address, char reason[ASK_REASON]);

#endif
