/* The login and the plan of a message. */
#include "spool/login.h"

#include "base/utf8.h"

#include <string.h>

void word_copy(char *out, size_t size, char const *s)
{
	size_t n = 0;
	for (s = s && *s ? s : "unknown"; *s && n < size - 1; s++)
		out[n++] = (unsigned char)*s <= 0x20 || *s == 0x7f ? '?' : *s;
	out[n] = 0;
}

char const *spool_login_read(struct spool_login *login, char const *user, char const *plan)
{
	bool has_user = user && *user, has_plan = plan && *plan;
	size_t n = has_user ? strlen(user) : 0;
	size_t at = has_user ? address_login_plan(user, n) : 0;
	if (has_user && (!at || n > SPOOL_LOGIN || !utf8_valid(user, n)))
		return "SACA_USER is not a login";
	if (!has_user && !has_plan)
		return "neither SACA_PLAN nor -P says whose message it is";
	if (!has_plan)
		plan = user + at;
	if (!address_is_plan(plan, strlen(plan)))
		return "SACA_PLAN is not a plan's name";
	if (has_user && strcmp(user + at, plan))
		return "SACA_USER is not a login of SACA_PLAN";
	strcpy(login->plan, plan);
	if (has_user)
		word_copy(login->user, sizeof login->user, user);
	else
		strcat(strcpy(login->user, "spool."), plan);
	return NULL;
}

bool spool_switch_read(bool *on, char const *s)
{
	*on = s && strcmp(s, "yes") == 0;
	return *on || !s || !*s || strcmp(s, "no") == 0;
}
