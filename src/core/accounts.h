/* The accounts text (saca-accounts(5)): plans, users and senders, one a line. */
#ifndef CORE_ACCOUNTS_H
#define CORE_ACCOUNTS_H

#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A plan's settings. All zero is what a plan has that says nothing. */
struct accounts_plan {
	uint32_t maxrcpt; /* recipients a message may have; 0: no limit of the plan's own */
	bool credit;      /* the spool's credit/PLAN decides (DESIGN 5) */
};

#endif
