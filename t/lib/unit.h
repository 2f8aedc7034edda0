/* What every unit test's main does: run one suite and speak TAP. */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdlib.h>

/* Seconds that one test may take, under the sanitizers on a machine that is busy: what takes longer hangs. */
#define UNIT_SECONDS 120

static inline TCase *unit_case(char const *name)
{
	TCase *c = tcase_create(name);
	tcase_set_timeout(c, UNIT_SECONDS);
	return c;
}

static inline int unit_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* How much of something is tested: `all`, or a hundredth where UNIT_SMALL is set, as
   scripts/analyze does for valgrind, which makes a test fifty times slower. */
static inline unsigned unit_size(unsigned all)
{
	return getenv("UNIT_SMALL") ? all / 100 : all;
}

#endif
