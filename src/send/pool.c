/* The SMTP sessions of saca-send: see pool.h. */
#include "send/pool.h"

#include "base/fd.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

/* Processes that die in a row until the pool gives up. */
#define DEATHS 5

static void wait_for(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static bool start_session(struct pool *p, struct pool_session *s)
{
	s->fd = -1;
	s->pid = session_start(&s->fd, p->server);
	return s->pid > 0;
}

bool pool_open(struct pool *p, size_t n, struct session_server const *server)
{
	*p = (struct pool){.server = server};
	for (; p->n < n; p->n++)
		if (!start_session(p, &p->session[p->n]))
			return false;
	return true;
}

/* Replaces a process that has died. */
static bool restart_session(struct pool *p, struct pool_session *s)
{
	fd_close(s->fd);
	wait_for(s->pid);
	s->is_busy = false;
	if (++s->died >= DEATHS) {
		s->pid = 0;
		return errno = ECHILD, false;
	}
	return start_session(p, s);
}

bool pool_give(struct pool *p, size_t i, char const *from, size_t from_len, char const *to, size_t to_len,
	char const *mail, size_t n)
{
	struct pool_session *s = &p->session[i];
	while (!session_give(s->fd, from, from_len, to, to_len, mail, n))
		if (!restart_session(p, s))
			return false;
	s->is_busy = true;
	return true;
}

void pool_watch(struct pool const *p, struct pollfd *poll)
{
	for (size_t i = 0; i < p->n; i++)
		poll[i] = (struct pollfd){.fd = p->session[i].is_busy ? p->session[i].fd : -1, .events = POLLIN};
}

bool pool_read(struct pool *p, size_t i, struct session_result *result)
{
	struct pool_session *s = &p->session[i];
	if (session_read(s->fd, result)) {
		s->is_busy = false;
		s->died = 0;
		return true;
	}
	*result = (struct session_result){.outcome = SESSION_IN_DOUBT, .text = "the process of the session died"};
	return restart_session(p, s);
}

void pool_close(struct pool *p)
{
	/* Ends all of them before it waits for the first. */
	for (size_t i = 0; i < p->n; i++)
		if (p->session[i].pid > 0)
			fd_close(p->session[i].fd);
	for (size_t i = 0; i < p->n; i++)
		if (p->session[i].pid > 0 && !p->session[i].is_busy)
			wait_for(p->session[i].pid);
}
