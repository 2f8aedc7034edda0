/* A plan's settings for the spool. */
#include "spool/settings.h"

#include "accounts/senders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum settings settings_read(struct spool_request *request, char const *path)
{
	static struct senders senders = SENDERS_ZERO;
	struct accounts_plan plan = ACCOUNTS_PLAN_DEFAULT;
	if (!senders_update(&senders, path))
		return SETTINGS_ERROR;
	enum senders_result r = senders_plan(&senders, request->plan, strlen(request->plan), &plan);
	if (r != SENDERS_YES)
		return r == SENDERS_NO ? SETTINGS_UNKNOWN : SETTINGS_DAMAGED;
	request->costs_credit = plan.credit;
	request->sandbox = plan.sandbox;
	request->maxrcpt = plan.maxrcpt;
	request->limits = (struct spool_quota_limits){plan.maxday, plan.maxwait};
	return SETTINGS_OK;
}

void settings_explain(char out[SPOOL_WHY], enum settings s, char const *path, char const *plan)
{
	int e = errno;
	if (s == SETTINGS_UNKNOWN)
		snprintf(out, SPOOL_WHY, "%s has no plan %s", path, plan);
	else if (s == SETTINGS_DAMAGED)
		snprintf(out, SPOOL_WHY, "%s is damaged: run saca-accounts, which makes it anew", path);
	else
		snprintf(out, SPOOL_WHY, "unable to open %s: %s", path, strerror(e));
	errno = e;
}
