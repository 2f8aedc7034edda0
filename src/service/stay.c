/* A queue program that stays. */
#define _GNU_SOURCE /* MSG_CMSG_CLOEXEC */
#include "service/stay.h"

#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* TRIES: a call that fails says nothing about the other side, which may have done its part. */
enum { HANDED = 2, FIRST_FREE = 10, TRIES = 4 };

/* Room for the descriptors, aligned as their header wants to be. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(HANDED * sizeof(int))];
};

int stay_offer(void)
{
	char const *s = getenv(STAY_VARIABLE);
	uint64_t fd;
	struct stat st;
	if (!s)
		return -1;
	if (!num_scan(s, strlen(s), INT_MAX, &fd) || fd < 3 || fstat((int)fd, &st) < 0 || !S_ISSOCK(st.st_mode)
			|| fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
		return -2;
	return (int)fd;
}

/* The same, above every number that somebody gives a meaning to. */
static int lift(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE), e = errno;
	close(fd);
	errno = e;
	return up;
}

bool stay_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	pair[0] = lift(pair[0]);
	pair[1] = lift(pair[1]);
	if (pair[0] >= 0 && pair[1] >= 0)
		return true;
	int e = errno;
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
	errno = e;
	return false;
}

bool stay_give(int fd, int message, int envelope)
{
	union control control = {0};
	char octet = 0;
	struct iovec one = {&octet, 1};
	struct msghdr m = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room};
	int const fds[HANDED] = {message, envelope};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(c), fds, sizeof fds);
	ssize_t r;
	do
		r = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	return r == 1;
}

bool stay_hear(int fd)
{
	char code;
	ssize_t r = -1;
	for (int i = 0; r < 0 && i < TRIES; i++)
		r = recv(fd, &code, 1, 0);
	return r == 1 && code == 0;
}

bool stay_tell(int fd)
{
	char const code = 0;
	ssize_t r = -1;
	for (int i = 0; r < 0 && i < TRIES; i++)
		r = send(fd, &code, 1, MSG_NOSIGNAL);
	return r == 1;
}

bool stay_alone(int fd)
{
	struct pollfd p = {.fd = fd};
	return poll(&p, 1, 0) == 1; /* of what is asked for, nothing but the end is told */
}

/* Two descriptors, or none: what came is closed where it is not both. */
static bool take_fds(struct msghdr *m, int fds[HANDED])
{
	struct cmsghdr const *c = CMSG_FIRSTHDR(m);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return false;
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof *fds;
	memcpy(fds, CMSG_DATA(c), (n < HANDED ? n : HANDED) * sizeof *fds);
	if (n == HANDED && !(m->msg_flags & MSG_CTRUNC))
		return true;
	for (size_t i = 0; i < n && i < HANDED; i++)
		close(fds[i]);
	return false;
}

bool stay_take(int fd)
{
	union control control = {0};
	char octet;
	struct iovec one = {&octet, 1};
	struct msghdr m = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room};
	int fds[HANDED];
	ssize_t r;
	do
		r = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	while (r < 0 && errno == EINTR);
	if (r < 0 || !take_fds(&m, fds))
		return false;
	bool fine = dup2(fds[0], 0) == 0 && dup2(fds[1], 1) == 1;
	for (size_t i = 0; i < HANDED; i++)
		if (fds[i] > 1) /* else it was closed here, and is where it belongs */
			close(fds[i]);
	return fine && r == 1;
}
