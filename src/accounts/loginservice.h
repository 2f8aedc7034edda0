/* The login service: saca-checkpassword -S. service/login.h describes request and reply. */
#ifndef ACCOUNTS_LOGINSERVICE_H
#define ACCOUNTS_LOGINSERVICE_H

#include <stdint.h>

#define LOGINSERVICE_WAITING 1000 /* logins that wait; beyond it the reply is 111 */
#define LOGINSERVICE_WORKERS 64   /* most passwords that are hashed at once */

struct loginservice {
	char const *passwords;  /* path of passwords.cdb */
	char const *ticket_key; /* path of the ticket key, or NULL: no tickets */
	unsigned int workers;   /* passwords that are hashed at once */
	uint32_t minutes;       /* a right login is remembered for so long; 0: not at all */
	uint32_t failures;      /* an address with so many failures is refused; 0: no limit */
};

/* Serves requests on descriptor 0 until SIGTERM, and then finishes those it has received.
   Returns the exit code; a failure at the start ends the program with a message. */
int loginservice_run(struct loginservice const *settings);

#endif
