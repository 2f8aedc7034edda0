#define _GNU_SOURCE
#include "base/memfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int open_unlinked(void)
{
	char name[] = "/tmp/saca.XXXXXX";
	int fd = mkstemp(name);
	if (fd < 0)
		return -1;
	if (unlink(name) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
		return fd;
	int e = errno;
	close(fd);
	errno = e;
	return -1;
}

int memfile_open(void)
{
#ifdef MFD_CLOEXEC
	int fd = memfd_create("saca", MFD_CLOEXEC);
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd;
#endif
	return open_unlinked();
}
