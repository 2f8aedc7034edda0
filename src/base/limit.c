/* Resource limits of this process. */
#include "base/limit.h"

#include <errno.h>
#include <sys/resource.h>

bool limit_file_size(uint64_t octets)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		return false;
	if (limit.rlim_cur == RLIM_INFINITY)
		return true;
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= octets)
		return setrlimit(RLIMIT_FSIZE, &limit) == 0;
	errno = EFBIG;
	return false;
}

bool limit_open_files(unsigned int n)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	if (limit.rlim_cur >= n)
		return true;
	if (limit.rlim_max < n)
		return errno = EMFILE, false;
	limit.rlim_cur = n;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}
