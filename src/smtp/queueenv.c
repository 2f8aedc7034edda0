/* The environment of the queue program. */
#define _GNU_SOURCE /* environ */
#include "smtp/queueenv.h"

#include "base/num.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Writes the variables; returns how many. */
static size_t set_variables(struct queueenv *t, struct queue_settings const *settings)
{
	struct accounts_plan const *plan = settings->plan;
	char maxday[NUM_FMT], maxwait[NUM_FMT];
	char const *const values[QUEUEENV_NAMES][2] = {
		{"SACA_USER=", settings->value[SUBMISSION_USER]},
		{"SACA_PLAN=", settings->value[SUBMISSION_PLAN]},
		{"SACA_HELO=", settings->value[SUBMISSION_HELO]},
		{"SACA_HOST=", settings->value[SUBMISSION_HOST]},
		{"SACA_PROTO=", settings->value[SUBMISSION_PROTO]},
		{"SACA_CREDIT=", plan->credit ? "yes" : NULL},
		{"SACA_SANDBOX=", plan->sandbox ? "yes" : NULL},
		{"SACA_MAXDAY=", plan->maxday ? maxday : NULL},
		{"SACA_MAXWAIT=", plan->maxwait ? maxwait : NULL}};
	num_fmt(maxday, plan->maxday);
	num_fmt(maxwait, plan->maxwait);
	size_t n = 0;
	for (size_t i = 0; i < QUEUEENV_NAMES; i++)
		if (values[i][1])
			strncat(strcpy(t->text[n++], values[i][0]), values[i][1], SUBMISSION_VALUE);
	return n;
}

char const **queueenv_make(struct queueenv *t, struct queue_settings const *settings)
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
	size_t set = set_variables(t, settings);
	for (size_t i = 0; i < set; i++)
		envp[at++] = t->text[i];
	envp[at] = NULL;
	return envp;
}
