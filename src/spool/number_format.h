/* The text of SPOOL/count, and its arithmetic. spool/number.c does the I/O. */
#ifndef SPOOL_NUMBER_FORMAT_H
#define SPOOL_NUMBER_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTER_MAX INT64_MAX /* numbers are keys of a table: signed there */
#define COUNTER_BOOT 36       /* octets of a boot id */
#define COUNTER_SIZE 174      /* octets of the file */
#define COUNTER_HINT 27       /* offset of its second line */

/* The boot and the file in which a second line was written. It counts only there. */
struct counter_place {
	char boot[COUNTER_BOOT]; /* all '-': the system has no boot id */
	uint64_t device, inode;
};

struct counter {
	uint64_t limit; /* every number handed out is below it */
	/* The second line: every number handed out is below next, and the limit was synced
	   when it was `synced`, if the place is still the same. */
	uint64_t next, synced;
	struct counter_place place;
};

/* Parses the file's text. False: the first line is not whole. A second line that is not
   whole is treated as one from another place. */
bool counter_parse(struct counter *c, char const *s, size_t n);

/* Writes both lines: COUNTER_SIZE octets, no NUL. */
void counter_format(char *out, struct counter const *c);

/* The lowest number that may be free, as far as the place `here` can know. */
uint64_t counter_next(struct counter const *c, struct counter_place const *here);

/* Takes the lowest free number n with n >= from and n % hosts == residue (residue < hosts).
   *raise: the caller must write and sync the first line before the second; otherwise it writes
   only the second. A raised limit reserves `block` more numbers for this host. False: the numbers
   are used up, and nothing changed. */
bool counter_take(struct counter *c, struct counter_place const *here, uint64_t from,
	uint64_t residue, uint64_t hosts, uint64_t block, uint64_t *number, bool *raise);

#endif
