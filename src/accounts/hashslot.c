/* A limit of passwords that are hashed at once. */
#include "accounts/hashslot.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { REPEAT_US = 100000 }; /* the timer repeats: its first signal may arrive before the wait begins */

static bool lock_slot(int fd, int command, unsigned int slot)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1};
	return fcntl(fd, command, &l) == 0;
}

static void end_waiting(int sig)
{
	(void)sig;
}

/* Waits for one slot; process IDs spread the waiting processes over the slots. */
static bool wait_for_slot(int fd, unsigned int slot)
{
	struct sigaction act = {.sa_handler = end_waiting}, before;
	struct itimerval on = {{0, REPEAT_US}, {HASHSLOT_SECONDS, 0}}, off = {{0, 0}, {0, 0}};
	if (sigaction(SIGALRM, &act, &before) < 0 || setitimer(ITIMER_REAL, &on, NULL) < 0)
		return false;
	bool locked = lock_slot(fd, F_SETLKW, slot);
	int e = errno == EINTR ? EAGAIN : errno;
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &before, NULL);
	errno = e;
	return locked;
}

int hashslot_take(char const *path, unsigned int slots)
{
	int fd = fd_openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	for (unsigned int i = 0; i < slots; i++)
		if (lock_slot(fd, F_SETLK, i))
			return fd;
	if ((errno == EACCES || errno == EAGAIN) && wait_for_slot(fd, (unsigned int)getpid() % slots))
		return fd;
	fd_close(fd);
	return -1;
}
