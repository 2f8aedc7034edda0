/* The figures of a send, as the platform's statistics name them: a tree in which the parts of
   each figure add up to it. They come from the table figures, never from a count of deliveries. */
#ifndef STORE_FIGURES_H
#define STORE_FIGURES_H

#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum figure {
	FIGURE_TOTAL,
	FIGURE_SENT,                 /* handed over, bounced ones included */
	FIGURE_OPENED,
	FIGURE_OPENED_ACTIVE,
	FIGURE_OPENED_INACTIVE,      /* unsubscribed by this send */
	FIGURE_UNOPENED,
	FIGURE_UNOPENED_BOUNCED,
	FIGURE_UNOPENED_DELIVERED,
	FIGURE_UNSENT,
	FIGURE_UNSENT_INACTIVE,
	FIGURE_UNSENT_MANUAL,        /* the contact had unsubscribed */
	FIGURE_UNSENT_AUTOMATIC,     /* after bounces */
	FIGURE_UNSENT_FAILED,
	FIGURE_UNSENT_MALFORMED,
	FIGURE_UNSENT_REFUSED,
	FIGURE_UNSENT_PENDING,       /* not handled yet, begun or deferred */
	FIGURE_OPENS,                /* of people */
	FIGURE_MACHINE_OPENS,
	FIGURE_CLICKS,
	FIGURE_CLICKED,              /* contacts with a click */
	FIGURES
};

struct figure_name {
	char const *name; /* contactos_enviados_leidos */
	unsigned int depth; /* in the tree; 0: the root, and those that are not part of it */
};

extern struct figure_name const figure_names[FIGURES];

/* Facts about a send beside its figures: strings, "" where the store has null. */
enum figure_fact {
	FACT_SEND, FACT_SENDER, FACT_PIECE, FACT_SUBJECT, FACT_NAME, FACT_STARTED, FACT_FINISHED, FACT_CREATED, FACT_STATE, FACTS
};

extern char const *const figure_fact_names[FACTS]; /* idEnvio, ... */

struct figures {
	uint64_t plan, send;
	uint64_t value[FIGURES];
	struct buf fact[FACTS]; /* NUL-terminated; the NUL is not in len */
};

/* Reads the figures of a send, in a transaction. plan: 0 for any. STORE_OK sets *found. Call
   figures_free in any case. */
enum store_result figures_read(struct store *s, uint64_t plan, uint64_t send, struct figures *f, bool *found);

/* Frees the memory. */
void figures_free(struct figures *f);

#endif
