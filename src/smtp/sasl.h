/* The two SASL mechanisms of the dialogue: PLAIN (RFC 4616) and LOGIN. */
#ifndef SMTP_SASL_H
#define SMTP_SASL_H

#include <stdbool.h>
#include <stddef.h>

/* Takes a decoded PLAIN message apart: authzid NUL authcid NUL password. The slices lie
   in s. False: it has not that form, or has an empty authcid or password. An authzid
   other than the authcid is in *foreign: nobody here may act for another. */
bool sasl_plain(char const *s, size_t n, char const **user, size_t *user_n,
	char const **password, size_t *password_n, bool *foreign);

#endif
