#include "base/version.h"

#include "base/exitcode.h"

#include <skalibs/allreadwrite.h>
#include <skalibs/strerr.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

char const version_text[] = SACA_VERSION;

void version_exit(void)
{
	struct iovec line[] = {{(char *)PROG, strlen(PROG)}, {(char *)" " SACA_VERSION "\n", sizeof SACA_VERSION + 1}};
	size_t n = line[0].iov_len + line[1].iov_len;
	if (allwritev(1, line, 2) < n)
		strerr_diefusys(EXIT_TEMPORARY, "write to standard output");
	_exit(0);
}
