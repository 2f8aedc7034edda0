/* Which start of the system this is. */
#define _GNU_SOURCE /* CLOCK_BOOTTIME */
#include "spool/boot.h"

#include "base/fd.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

char const *boot_id(void)
{
	static char id[BOOT_ID];
	if (id[0])
		return id;
	int fd = fd_openat(AT_FDCWD, "/proc/sys/kernel/random/boot_id", O_RDONLY, 0);
	if (fd < 0 || fd_read(fd, id, BOOT_ID) != BOOT_ID)
		memset(id, '-', BOOT_ID);
	if (fd >= 0)
		fd_close(fd);
	return id;
}

uint64_t boot_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec;
}
