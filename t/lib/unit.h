/* Shared by the unit tests. Each is one file that defines unit_suite; t/lib/unit.c has
   main. */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdlib.h>

/* For loops of many calls: ck_assert writes a note for each call, which takes microseconds. */
#define must(x) do { if (!(x)) ck_abort_msg("%s", #x); } while (0)

/* The time limit of one test, in seconds: the sanitizers on a busy machine are slow. */
#define UNIT_SECONDS 120

/* The tests of the file. */
Suite *unit_suite(void);

static inline TCase *unit_case(char const *name)
{
	TCase *c = tcase_create(name);
	tcase_set_timeout(c, UNIT_SECONDS);
	return c;
}

/* A folder for one test, below TMPDIR or /tmp. It is removed with everything in it. */
extern char unit_folder[64];
void unit_make_folder(void);
void unit_remove_folder(void);

/* The size of a test: `all`, or a hundredth of it where UNIT_SMALL is set. scripts/analyze
   sets it for valgrind, under which a test runs fifty times slower. */
static inline unsigned unit_size(unsigned all)
{
	return getenv("UNIT_SMALL") ? all / 100 : all;
}

#endif
