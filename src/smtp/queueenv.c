/* The environment of the queue program. */
#define _GNU_SOURCE /* environ */
#include "smtp/queueenv.h"

#include "base/num.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void queueenv_set(struct queueenv *t, struct dialogue const *s)
{
	static char const *const names[QUEUEENV_NAMES] = {"SACA_USER", "SACA_PLAN", "SACA_HELO", "SACA_HOST",
		"SACA_PROTO", "SACA_CREDIT", "SACA_SANDBOX", "SACA_MAXDAY", "SACA_MAXWAIT"};
	char maxday[NUM_FMT], maxwait[NUM_FMT];
	char const *const values[QUEUEENV_NAMES] = {s->user, s->user + s->plan_at, s->helo, s->config->host,
		dialogue_protocol(s), s->plan.credit ? "yes" : NULL, s->plan.sandbox ? "yes" : NULL,
		s->plan.maxday ? maxday : NULL, s->plan.maxwait ? maxwait : NULL};
	num_fmt(maxday, s->plan.maxday);
	num_fmt(maxwait, s->plan.maxwait);
	for (size_t i = 0; i < QUEUEENV_NAMES; i++) {
		t->text[i][0] = 0;
		if (values[i])
			strncat(stpcpy(stpcpy(t->text[i], names[i]), "="), values[i], QUEUEENV_VALUE);
	}
}

char const **queueenv_make(struct queueenv const *t)
{
	size_t n = 0, at = 0;
	while (environ[n])
		n++;
	char const **envp = malloc((n + QUEUEENV_NAMES + 1) * sizeof *envp);
	if (!envp)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "SACA_", 5) != 0)
			envp[at++] = environ[i];
	for (size_t i = 0; i < QUEUEENV_NAMES; i++)
		if (t->text[i][0])
			envp[at++] = t->text[i];
	envp[at] = NULL;
	return envp;
}
