/* Waiting for files with inotify(7): an idle spool costs nothing. */
#include "import/watch.h"

#include "base/clock.h"
#include "base/wait.h"
#include "spool/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/inotify.h>

static bool add_watch(int fd, char const *path, char const *folder)
{
	char *s = malloc(strlen(path) + strlen(folder) + 2);
	if (!s)
		return false;
	strcat(strcat(strcpy(s, path), "/"), folder);
	int id = inotify_add_watch(fd, s, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
	free(s);
	return id >= 0;
}

bool watch_open(struct watch *w, char const *path)
{
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0)
		return false;
	if (add_watch(w->fd, path, spool_folders[SPOOL_NEW]) && add_watch(w->fd, path, spool_folders[SPOOL_CUR]))
		return true;
	int e = errno;
	watch_close(w);
	errno = e;
	return false;
}
#else
bool watch_open(struct watch *w, char const *path)
{
	(void)path;
	w->fd = -1;
	return true;
}
#endif

void watch_close(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

/* Discards the events. The importer reads the folders again after any event, and so finds files
   whose events were lost. */
static bool drain_events(int fd)
{
	char events[4096];
	ssize_t n;
	while ((n = read(fd, events, sizeof events)) > 0)
		continue;
	return n == 0 || errno == EAGAIN;
}

bool watch_wait(struct watch *w, int seconds, sigset_t const *open)
{
	struct pollfd p = {.fd = w->fd, .events = POLLIN};
	int n = wait_ready(&p, 1, clock_ms() + 1000 * (uint64_t)(w->fd < 0 ? 1 : seconds), open);
	if (n < 0)
		return false;
	return n == 0 || drain_events(w->fd);
}
