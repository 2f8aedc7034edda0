/* Sessions of the panel: a cookie that needs no table.

	__Host-saca=LOGIN.DATE.MAC

   LOGIN is the login in base32. DATE is when it logged in, as date_iso writes it. MAC is HMAC-SHA256, in
   base32, over both and the login's fingerprint (accounts/senders.h). So a changed or removed
   password ends every session of the login. Logging out ends those that began before: the
   caller compares DATE with login.valid_from of the store.

   The token against forged forms is a MAC over the cookie under another label: a page of another
   site can neither read the cookie nor compute it. */
#ifndef WEB_SESSION_H
#define WEB_SESSION_H

#include "accounts/accounts.h"
#include "accounts/senders.h"
#include "base/base32.h"
#include "base/date.h"
#include "base/hash.h"

#include <stdbool.h>

#define SESSION_NAME "__Host-saca"
#define SESSION_SECONDS 43200 /* 12 hours */
#define SESSION_MAC BASE32_LENGTH(HASH_OCTETS)
#define SESSION_COOKIE (BASE32_LENGTH(ACCOUNTS_LOGIN) + 1 + DATE_ISO + SESSION_MAC + 1) /* octets, with the NUL */
#define SESSION_TOKEN (SESSION_MAC + 1) /* likewise */

struct web_session {
	char cookie[SESSION_COOKIE];    /* the value; "": there is no session */
	char login[ACCOUNTS_LOGIN + 1];
	char date[DATE_ISO];
};

/* Writes the cookie of a login of at most ACCOUNTS_LOGIN octets that begins at date. */
void web_session_start(struct web_session *s, struct hash_key const *k, char const *login, char const *date,
	unsigned char const fingerprint[SENDERS_FINGERPRINT]);

/* Finds the cookie in a Cookie header field, and reads its login and date. False: it is absent or
   malformed. The MAC is not checked: use web_session_is_ours next. */
bool web_session_read(struct web_session *s, char const *header);

/* Is the session's MAC ours, for the login's present fingerprint? */
bool web_session_is_ours(struct web_session const *s, struct hash_key const *k,
	unsigned char const fingerprint[SENDERS_FINGERPRINT]);

/* Writes the token of the session's forms. */
void web_session_token(char out[SESSION_TOKEN], struct hash_key const *k, struct web_session const *s);

/* Is it the token of the session's forms? Compares in constant time. token: NULL: the form had no
   token. */
bool web_session_has_token(struct web_session const *s, struct hash_key const *k, char const *token);

#endif
