/* The sections of a send: its contacts by the outcome of their mails. The names are those of the
   platform's API. */
#ifndef WEB_SECTIONS_H
#define WEB_SECTIONS_H

#include "base/buf.h"
#include "store/figures.h"

#include <stdbool.h>

/* The columns of a section's rows. */
enum section_column {
	SECTION_CONTACT, /* the contact's id */
	SECTION_EMAIL,   /* null: the person was forgotten */
	SECTION_STATE,   /* the state of the delivery; null: there is none */
	SECTION_CODE,
	SECTION_REASON,
	SECTION_OPENS,
	SECTION_OPENED_AT,
	SECTION_CLICKS,
	SECTION_COLUMNS
};

/* The section of a name, in any case of letters. NULL: no section has it. */
struct section const *section_find(char const *name);

/* Its name, in small letters. */
char const *section_name(struct section const *s);

/* The section that a figure counts; NULL: it counts none. section_figure is the reverse. */
struct section const *section_of_figure(enum figure f);
enum figure section_figure(struct section const *s);

/* The column with the id of its contacts, for ORDER BY. */
char const *section_key(struct section const *s);

/* Appends the SELECT of its rows, without order and without a NUL. $1: the plan, $2: the send. False:
   out of memory. */
bool section_rows(struct buf *out, struct section const *s);

/* Appends the same, ordered by contact, and a NUL. */
bool section_select(struct buf *out, struct section const *s);

#endif
