/* Asking the login service, saca-checkpassword -S (service/ask.h has the exchange).

   The request is a checkpassword block (https://cr.yp.to/checkpwd/interface.html), user NUL
   password NUL timestamp NUL, at most LOGIN_BLOCK octets; its timestamp is the client's
   address. The reply is one octet, checkpassword's exit code, and then:

     0    the ticket (service/ticket.h), if the service has a key for it
     111  LOGIN_LIMIT, if the address has failed too often (option -f) */
#ifndef SERVICE_LOGIN_H
#define SERVICE_LOGIN_H

#include "service/ask.h"
#include "service/ticket.h"

#include <stddef.h>
#include <stdint.h>

#define LOGIN_BLOCK 512
#define LOGIN_LIMIT 'f'

enum login_result {
	LOGIN_ACCEPTED,
	LOGIN_REFUSED,  /* unknown user, or wrong password */
	LOGIN_TOO_MANY, /* the address has failed too often: ask again in 10 minutes */
	LOGIN_UNKNOWN   /* the service failed, or took too long */
};

struct login_question {
	char const *socket;         /* of the service */
	char const *user, *password; /* user.plan; user_n and password_n octets without a NUL */
	size_t user_n, password_n;
	char const *ip;             /* the client's address; left out if the block would be too long */
	int client;                 /* as in struct ask */
	uint64_t deadline;          /* a time of clock_ms */
};

/* Asks. After LOGIN_ACCEPTED ticket has the ticket in base64, "" without one; otherwise it is
   unchanged. reason says how the asking ended, for the log. A user and password that do not
   fit into a block are LOGIN_UNKNOWN. */
enum login_result login_ask(struct login_question const *q, char ticket[TICKET_BASE64 + 1], char reason[ASK_REASON]);

#endif
