/* The main of every unit test: runs the suite of its one file and writes TAP. */
#define _GNU_SOURCE
#include "unit.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

char unit_folder[64];

void unit_make_folder(void)
{
	char const *top = getenv("TMPDIR");
	int n = snprintf(unit_folder, sizeof unit_folder, "%s/saca-unit.XXXXXX", top ? top : "/tmp");
	ck_assert_int_lt(n, (int)sizeof unit_folder);
	ck_assert_ptr_nonnull(mkdtemp(unit_folder));
}

static int remove_path(char const *path, struct stat const *st, int kind, struct FTW *walk)
{
	(void)st, (void)kind, (void)walk;
	return remove(path);
}

/* A process that was killed may still write its last file, or remove one. */
void unit_remove_folder(void)
{
	while (access(unit_folder, F_OK) == 0)
		ck_assert(nftw(unit_folder, remove_path, 8, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOTEMPTY || errno == ENOENT);
}

int main(void)
{
	SRunner *runner = srunner_create(unit_suite());
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
