/* What the queue program is told by its environment. */
#define _GNU_SOURCE /* environ */
#include "smtp/queueenv.h"

#include "service/stay.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool queueenv_note(struct queueenv *t, struct dialogue const *s, bool stays)
{
	static char const *const names[QUEUEENV_NAMES] = {
		"SACA_USER", "SACA_PLAN", "SACA_HELO", "SACA_HOST", "SACA_PROTO", "SACA_CREDIT", STAY_VARIABLE};
	char const stay[] = {'0' + STAY_FD, 0};
	char const *const values[QUEUEENV_NAMES] = {s->user, s->user + s->plan_at, s->helo, s->config->host,
		dialogue_protocol(s), s->plan.credit ? "yes" : NULL, stays ? stay : NULL};
	bool same = true;
	for (size_t i = 0; i < QUEUEENV_NAMES; i++) {
		char now[sizeof t->text[0]] = "";
		if (values[i])
			strncat(strcat(strcpy(now, names[i]), "="), values[i], QUEUEENV_VALUE);
		same = same && strcmp(now, t->text[i]) == 0;
		strcpy(t->text[i], now);
	}
	return same;
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
