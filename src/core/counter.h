/* SPOOL/count: which number comes next. The text of the file and the arithmetic; what is
   written and synced when is io/spoolcount.c's. */
#ifndef CORE_COUNTER_H
#define CORE_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTER_MAX INT64_MAX /* numbers are keys of a table: signed there */
#define COUNTER_BOOT 36       /* octets of a boot id */
#define COUNTER_SIZE 150      /* octets of the file */
#define COUNTER_HINT 27       /* where its second line begins */

/* Where a hint was written: it holds there only. */
struct counter_place {
	char boot[COUNTER_BOOT]; /* all '-' where the system tells none */
	uint64_t device, inode;
};

struct counter {
	uint64_t limit; /* synced: every number handed out is below it */
	uint64_t next;  /* the hint, unsynced: every number handed out is below it, if ... */
	struct counter_place place; /* ... this is still the place */
};

/* Reads the file's text. False: its first line, the limit, is not whole. A second line
   that is not whole leaves next = limit, which is always right. */
bool counter_parse(struct counter *c, char const *s, size_t n);

/* Writes both lines, COUNTER_SIZE octets without a NUL. */
void counter_format(char *out, struct counter const *c);

bool counter_same_place(struct counter_place const *a, struct counter_place const *b);

/* Takes the lowest number that is free and leaves the residue `residue` when divided by
   hosts (0 <= residue < hosts), at the place `here`. *raised: the limit moved, and must be
   synced before the number is used; else only the hint changed. A block is raised by
   `block` numbers of this host (0: none beyond the one taken). False: none are left. */
bool counter_take(struct counter *c, struct counter_place const *here, uint64_t residue,
	uint64_t hosts, uint64_t block, uint64_t *number, bool *raised);

#endif
