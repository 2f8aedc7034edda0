/* The main of every unit test: runs the suite of its one file and writes TAP. */
#include "unit.h"

int main(void)
{
	SRunner *runner = srunner_create(unit_suite());
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
