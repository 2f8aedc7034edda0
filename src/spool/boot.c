/* The identity of this boot of the system. */
#include "spool/boot.h"

#include "base/fd.h"

#include <fcntl.h>
#include <string.h>

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
