/* The login of the web pages and of the API. */
#include "web/login.h"

#include "base/clock.h"
#include "mail/address.h"

#include <string.h>

enum web_login web_login_check(struct web_user *u, char const *socket, char const *user, char const *password,
	char const *address, char reason[ASK_REASON])
{
	static enum web_login const results[] = {[LOGIN_ACCEPTED] = WEB_LOGIN_YES, [LOGIN_REFUSED] = WEB_LOGIN_NO,
		[LOGIN_TOO_MANY] = WEB_LOGIN_TOO_MANY, [LOGIN_UNKNOWN] = WEB_LOGIN_LATER};
	struct login_question const q = {.socket = socket, .user = user, .user_n = strlen(user), .password = password,
		.password_n = strlen(password), .ip = address, .client = -1, .deadline = clock_ms() + WEB_LOGIN_SECONDS * 1000};
	char ticket[TICKET_BASE64 + 1];
	size_t plan = address_login_plan(user, q.user_n);
	if (!plan || !q.password_n || q.user_n + q.password_n + 3 > LOGIN_BLOCK)
		return WEB_LOGIN_NO;
	enum login_result r = login_ask(&q, ticket, reason);
	if (r == LOGIN_ACCEPTED) {
		strcpy(u->name, user);
		strcpy(u->ticket, ticket);
		u->plan = u->name + plan;
	}
	return results[r];
}
