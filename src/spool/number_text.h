/* SPOOL/count: which number comes next. The text of the file and the arithmetic; what is
   written and synced when is spool/number.c's. */
#ifndef SPOOL_NUMBER_TEXT_H
#define SPOOL_NUMBER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTER_MAX INT64_MAX /* numbers are keys of a table: signed there */
#define COUNTER_BOOT 36       /* octets of a boot id */
#define COUNTER_SIZE 174      /* octets of the file */
#define COUNTER_HINT 27       /* where its second line begins */

/* Where a hint was written: it holds there only. */
struct counter_place {
	char boot[COUNTER_BOOT]; /* all '-' where the system tells none */
	uint64_t device, inode;
};

struct counter {
	uint64_t limit; /* every number handed out is below it */
	/* The hint. Every number handed out is below next, and the limit was synced when it
	   was `synced`, if this is still the place. */
	uint64_t next, synced;
	struct counter_place place;
};

/* Reads the file's text. False: its first line, the limit, is not whole. A second line
   that is not whole is as one from another place. */
bool counter_parse(struct counter *c, char const *s, size_t n);

/* Writes both lines, COUNTER_SIZE octets without a NUL. */
void counter_format(char *out, struct counter const *c);

/* Below what are the numbers handed out, as far as can be told at the place `here`? */
uint64_t counter_next(struct counter const *c, struct counter_place const *here);

/* Makes the lowest free number that is at least `from`, and leaves the residue `residue`
   when divided by hosts (0 <= residue < hosts), the one handed out, at the place `here`.
   *raise: the first line must be written and synced before the second is written; else
   only that one. A limit that moves leaves `block` more numbers to this host. False: none
   are left, and nothing changed. */
bool counter_take(struct counter *c, struct counter_place const *here, uint64_t from,
	uint64_t residue, uint64_t hosts, uint64_t block, uint64_t *number, bool *raise);

#endif
