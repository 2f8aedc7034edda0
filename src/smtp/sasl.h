/* The message of SASL PLAIN (RFC 4616). */
#ifndef SMTP_SASL_H
#define SMTP_SASL_H

#include <stdbool.h>
#include <stddef.h>

/* Splits a decoded message: authzid NUL authcid NUL password. user and password point into s.
   *foreign: the authzid is another identity than the authcid, which is not allowed. False: the
   message has another form, or an empty authcid or password. */
bool sasl_plain(char const *s, size_t n, char const **user, size_t *user_n,
	char const **password, size_t *password_n, bool *foreign);

#endif
