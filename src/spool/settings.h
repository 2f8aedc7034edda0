/* A plan's settings for the spool, from senders.cdb: credit, sandbox, maxrcpt, maxday and
   maxwait. */
#ifndef SPOOL_SETTINGS_H
#define SPOOL_SETTINGS_H

#include "spool/commit.h"

enum settings {
	SETTINGS_OK,
	SETTINGS_UNKNOWN, /* the accounts have no such plan */
	SETTINGS_DAMAGED, /* senders.cdb is damaged */
	SETTINGS_ERROR    /* errno: senders.cdb cannot be opened */
};

/* Sets costs_credit, sandbox, maxrcpt and limits of a request to those of request->plan. A new
   file counts at once; the file stays mapped until then. */
enum settings settings_read(struct spool_request *request, char const *path);

/* Writes the reason, with the path or the plan, as one line for the operator. */
void settings_explain(char out[SPOOL_WHY], enum settings s, char const *path, char const *plan);

#endif
