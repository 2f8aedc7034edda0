/* Checking a login: by a checkpassword program (https://cr.yp.to/checkpwd/interface.html), or by
   the login service (service/login.h). */
#ifndef SMTP_LOGIN_H
#define SMTP_LOGIN_H

#include "service/ask.h"
#include "service/ticket.h"
#include "smtp/dialogue.h"

#include <stddef.h>
#include <stdint.h>

struct login {
	char const *const *argv;   /* the checkpassword program; NULL: the service is asked */
	char const *socket;        /* path of the service's socket, if argv is NULL */
	char ticket[TICKET_BASE64 + 1]; /* the service's, for the queue service; "" without one */
	char reason[ASK_REASON];   /* why the last login could not be checked, for the log */
};

/* Checks a login of at most DIALOGUE_CREDENTIALS octets, user NUL password NUL NUL. ip: the
   client's address, which the service gets as timestamp. client: a descriptor of the client; if
   nothing reads it any more, the function does not wait for the service. DIALOGUE_UNKNOWN: the
   program or service failed, or took until the deadline (clock_ms). */
enum dialogue_lookup login_check(struct login *l, char const *user, size_t un, char const *password, size_t pn,
	char const *ip, int client, uint64_t deadline);

#endif
