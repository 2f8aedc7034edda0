#include "base/message.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include <skalibs/strerr.h>

static struct iovec iovec_of(char const *s)
{
	return (struct iovec){(char *)s, strlen(s)};
}

void message_unable(char const *level, char const *what, char const *name)
{
	struct iovec const line[] = {iovec_of(PROG), iovec_of(": "), iovec_of(level), iovec_of(": unable to "),
		iovec_of(what), iovec_of(name), iovec_of(": "), iovec_of(strerror(errno)), iovec_of("\n")};
	(void)!writev(2, line, sizeof line / sizeof *line); /* an exit code follows */
}
