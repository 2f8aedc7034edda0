/* A standing service. */
#define _GNU_SOURCE
#include "service/serve.h"

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/limit.h"
#include "base/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

enum {
	FDS_MOST = 253,     /* descriptors that one datagram can bring: SCM_MAX_FD of Linux */
	CLOSE_US = 10000,   /* a close that blocks is interrupted after that time, again and again */
	RESTART_MS = 1000,  /* a worker that lived for less is started again after that time */
	TMPFS = 0x01021994
};

/* --- Closing ------------------------------------------------------------------------------- */

static volatile sig_atomic_t closing;
static struct log_line const *volatile late_line;

void serve_set_late_line(struct log_line const *line)
{
	late_line = line;
}

/* Ends the worker after SERVE_SECONDS. During a close that takes too long, only interrupts it. */
static void on_alarm(int sig)
{
	(void)sig;
	if (closing)
		return;
	static char const text[] = ": a request took too long: the worker ends\n";
	struct log_line const *line = late_line;
	if (line) {
		(void)!write(2, line->s, line->len);
	} else {
		(void)!write(2, PROG, strlen(PROG));
		(void)!write(2, text, sizeof text - 1);
	}
	_exit(EXIT_TEMPORARY);
}

static void set_timer(suseconds_t us)
{
	struct itimerval t = {{0, us}, {0, us}};
	(void)setitimer(ITIMER_REAL, &t, NULL); /* fails only for invalid arguments */
}

static void close_all(int const *fds, size_t n)
{
	closing = 1;
	set_timer(CLOSE_US);
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	set_timer(0);
	closing = 0;
}

void serve_finish(struct serve_request *r)
{
	int all[ASK_FDS + 1];
	size_t n = 0;
	for (size_t i = 0; i < r->fds_n; i++)
		all[n++] = r->fds[i];
	if (r->reply >= 0)
		all[n++] = r->reply;
	r->fds_n = 0;
	r->reply = -1;
	if (n)
		close_all(all, n);
}

/* --- Descriptor 0 -------------------------------------------------------------------------- */

/* Is it a UNIX socket of that type (SOCK_...)? */
static bool is_unix_socket(int fd, int wanted)
{
	int domain = 0, type = 0;
	socklen_t n = sizeof domain, m = sizeof type;
	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 && domain == AF_UNIX
		&& getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &m) == 0 && type == wanted;
}

void serve_prepare(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, alarmed = {.sa_handler = on_alarm};
	if (!is_unix_socket(SERVE_SOCKET, SOCK_DGRAM))
		strerr_dief(EXIT_MISUSE, "descriptor 0 is not a UNIX datagram socket: start this under "
			"s6-ipcserver-socketbinder -m, or systemd with ListenDatagram=");
	int flags = fcntl(SERVE_SOCKET, F_GETFL);
	if (flags < 0 || fcntl(SERVE_SOCKET, F_SETFL, flags & ~O_NONBLOCK) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "clear O_NONBLOCK of the socket");
	if (sigaction(SIGPIPE, &ignore, NULL) < 0 || sigaction(SIGALRM, &alarmed, NULL) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "set signals");
	if (!limit_open_files(SERVE_FDS))
		strerr_diefusys(EXIT_TEMPORARY, "raise the limit of open descriptors (ulimit -n) to 512");
}

/* --- One request --------------------------------------------------------------------------- */

/* Collects all descriptors of a datagram, from all its control messages. Returns their number. */
static size_t received_fds(struct msghdr *m, int fds[FDS_MOST])
{
	size_t n = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t k = (c->cmsg_len - CMSG_LEN(0)) / sizeof *fds;
		if (k > FDS_MOST - n)
			k = FDS_MOST - n;
		memcpy(fds + n, CMSG_DATA(c), k * sizeof *fds);
		n += k;
	}
	return n;
}

enum serve_receipt serve_receive(struct serve_request *r, char *room, size_t max, bool wait)
{
	/* Room for all that can come: what does not fit is closed by the kernel, inside recvmsg,
	   where no timer runs. */
	static union {
		struct cmsghdr header;
		char room[CMSG_SPACE(FDS_MOST * sizeof(int))];
	} control;
	int fds[FDS_MOST];
	struct iovec one = {room, max};
	struct msghdr m = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	ssize_t got = recvmsg(SERVE_SOCKET, &m, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	if (got < 0)
		return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK ? SERVE_NOTHING : SERVE_FAILED;
	size_t n = received_fds(&m, fds);
	if (got == 0 || m.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || n < 1 || n > ASK_FDS + 1 || !is_unix_socket(fds[n - 1], SOCK_SEQPACKET)) {
		if (n)
			close_all(fds, n);
		return SERVE_DROPPED;
	}
	*r = (struct serve_request){.data = room, .n = (size_t)got, .fds_n = n - 1, .reply = fds[n - 1]};
	memcpy(r->fds, fds, (n - 1) * sizeof *fds);
	return SERVE_RECEIVED;
}

bool serve_is_probe(struct serve_request const *r)
{
	return r->n == 1 && r->data[0] == 0;
}

bool serve_is_abandoned(struct serve_request const *r)
{
	struct pollfd p = {.fd = r->reply};
	return r->reply < 0 || (wait_ready(&p, 1, 0, NULL) == 1 && p.revents & (POLLHUP | POLLERR | POLLNVAL));
}

bool serve_reply(struct serve_request *r, void const *s, size_t n)
{
	if (r->reply < 0)
		return false;
	bool sent = send(r->reply, s, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n;
	int e = errno;
	close_all(&r->reply, 1);
	r->reply = -1;
	errno = e;
	return sent;
}

bool serve_is_memory_file(int fd)
{
	struct stat st;
	struct statfs fs;
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS;
}

/* --- A worker ------------------------------------------------------------------------------ */

static volatile sig_atomic_t stopping;
static int null_fd = -1;

/* Interrupts a recvmsg that waits. Closes the socket, so that one which is about to begin fails. */
static void on_term(int sig)
{
	(void)sig;
	int e = errno;
	stopping = 1;
	(void)dup2(null_fd, SERVE_SOCKET);
	errno = e;
}

static void set_worker_signals(void)
{
	struct sigaction term = {.sa_handler = on_term};
	sigset_t none;
	sigemptyset(&none);
	if (sigaction(SIGTERM, &term, NULL) < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "set signals");
}

static _Noreturn void run_worker(struct serve const *s, pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
		_exit(EXIT_TEMPORARY);
	set_worker_signals();
	char *room = malloc(s->max);
	if (!room)
		strerr_diefusys(EXIT_TEMPORARY, "start a worker");
	if (s->start)
		s->start(s->arg);
	while (!stopping) {
		struct serve_request r;
		enum serve_receipt got = serve_receive(&r, room, s->max, true);
		if (got == SERVE_FAILED && !stopping)
			strerr_diefusys(EXIT_TEMPORARY, "receive a request");
		if (got != SERVE_RECEIVED)
			continue;
		serve_set_late_line(NULL);
		alarm(SERVE_SECONDS);
		s->handle(s->arg, &r);
		alarm(0);
		serve_finish(&r);
	}
	_exit(0);
}

/* --- The parent ---------------------------------------------------------------------------- */

struct worker {
	pid_t pid;        /* 0: none */
	uint64_t started; /* clock_ms */
};

static bool start_worker(struct worker *w, struct serve const *s)
{
	pid_t parent = getpid();
	w->started = clock_ms();
	w->pid = fork();
	if (w->pid == 0)
		run_worker(s, parent);
	if (w->pid > 0)
		return true;
	w->pid = 0;
	strerr_warnwusys("start a worker");
	return false;
}

static void log_death(pid_t pid, int status)
{
	char who[PID_FMT], how[UINT_FMT];
	who[pid_fmt(who, pid)] = 0;
	bool killed = WIFSIGNALED(status);
	how[uint_fmt(how, (unsigned int)(killed ? WTERMSIG(status) : WEXITSTATUS(status)))] = 0;
	strerr_warnw("worker ", who, killed ? " was killed by signal " : " ended with exit code ", how);
}

/* Collects the exit codes of workers that have ended. */
static void reap_workers(struct worker *w, unsigned int n, bool is_stopping)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		for (unsigned int i = 0; i < n; i++)
			if (w[i].pid == pid) {
				w[i].pid = 0;
				if (!is_stopping || status)
					log_death(pid, status);
			}
}

static unsigned int count_workers(struct worker const *w, unsigned int n)
{
	unsigned int count = 0;
	for (unsigned int i = 0; i < n; i++)
		count += w[i].pid > 0;
	return count;
}

static void start_missing(struct worker *w, struct serve const *s)
{
	uint64_t now = clock_ms();
	for (unsigned int i = 0; i < s->workers; i++)
		if (!w[i].pid && (!w[i].started || now >= w[i].started + RESTART_MS))
			(void)start_worker(&w[i], s); /* logged, and tried again */
}

/* Ends the workers. The signal is repeated: one may have come before a worker took it. */
static void stop_workers(struct worker *w, unsigned int n, sigset_t const *signals)
{
	struct timespec const pause = {.tv_sec = 1};
	while (count_workers(w, n)) {
		for (unsigned int i = 0; i < n; i++)
			if (w[i].pid)
				kill(w[i].pid, SIGTERM);
		(void)sigtimedwait(signals, NULL, &pause);
		reap_workers(w, n, true);
	}
}

int serve_workers(struct serve const *s)
{
	struct timespec const pause = {.tv_nsec = RESTART_MS / 2 * 1000000L};
	struct worker *w = calloc(s->workers, sizeof *w);
	sigset_t signals, child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	signals = child;
	sigaddset(&signals, SIGTERM);
	struct sigaction standard = {.sa_handler = SIG_DFL}; /* else waitpid would not tell */
	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (!w || null_fd < 0 || sigaction(SIGCHLD, &standard, NULL) < 0 || sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "start the service");
	for (int sig = 0; sig != SIGTERM;) {
		start_missing(w, s);
		bool all = count_workers(w, s->workers) == s->workers;
		sig = sigtimedwait(&signals, NULL, all ? NULL : &pause);
		reap_workers(w, s->workers, false);
	}
	stop_workers(w, s->workers, &child);
	free(w);
	return 0;
}
