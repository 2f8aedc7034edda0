/* The settings that come with a message. */
#include "spool/request.h"

#include "base/utf8.h"

#include <string.h>

static void copy_word(char *out, char const *s)
{
	for (; *s; s++)
		*out++ = (unsigned char)*s <= 0x20 || *s == 0x7f ? '?' : *s;
	*out = 0;
}

char const *request_read_login(struct request_login *login, char const *user, char const *plan)
{
	bool has_user = user && *user, has_plan = plan && *plan;
	size_t n = has_user ? strlen(user) : 0;
	size_t at = has_user ? address_login_plan(user, n) : 0;
	if (has_user && (!at || n > REQUEST_LOGIN || !utf8_valid(user, n)))
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
		copy_word(login->user, user);
	else
		strcat(strcpy(login->user, "spool."), plan);
	return NULL;
}

bool request_read_switch(bool *on, char const *s)
{
	*on = s && strcmp(s, "yes") == 0;
	return *on || !s || !*s || strcmp(s, "no") == 0;
}
