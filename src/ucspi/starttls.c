/* The program's side of UCSPI-TLS. */
#include "ucspi/starttls.h"

#include "base/ascii.h"
#include "base/num.h"
#include "ucspi/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Room for what the wrapper sends back; sslserver can send a whole certificate along. */
#define ANSWER_MAX 8192

/* A descriptor's number from the environment: 3 or more, and open. */
static bool descriptor(char const *name, int *fd)
{
	char const *s = getenv(name);
	uint64_t n = 0;
	if (!s || !num_scan(s, strlen(s), 65535, &n) || n < 3)
		return false;
	*fd = (int)n;
	int flags = fcntl(*fd, F_GETFD);
	return flags >= 0 && fcntl(*fd, F_SETFD, flags | FD_CLOEXEC) == 0;
}

/* sslserver without -n asks itself, and leaves the variables behind, which by then name what
   it has moved. */
enum ucspitls_state ucspitls_init(struct ucspitls *u)
{
	static char const *const names[] = {"SSLCTLFD", "SSLREADFD", "SSLWRITEFD", "UCSPITLS"};
	enum ucspitls_state state = UCSPITLS_NONE;
	*u = (struct ucspitls){-1, -1, -1};
	if (getenv("SSLCTLFD") || getenv("SSLREADFD") || getenv("SSLWRITEFD"))
		state = descriptor(names[0], &u->ctl) && descriptor(names[1], &u->in)
				&& descriptor(names[2], &u->out)
			? UCSPITLS_READY
			: ucspi_under_tls() ? UCSPITLS_NONE : UCSPITLS_BAD;
	if (state == UCSPITLS_NONE)
		*u = (struct ucspitls){-1, -1, -1};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (unsetenv(names[i]) != 0)
			return UCSPITLS_BAD;
	return state;
}

/* A wrapper says nothing before it is asked, so anything to see is its end. */
enum ucspitls_state ucspitls_look(struct ucspitls const *u)
{
	if (u->ctl < 0)
		return UCSPITLS_NONE;
	struct pollfd x = {.fd = u->ctl, .events = POLLIN};
	int r;
	do {
		r = poll(&x, 1, 0);
	} while (r < 0 && errno == EINTR);
	return r == 0 ? UCSPITLS_READY : UCSPITLS_DEAD;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool readable(int fd, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline - now_ms();
		struct pollfd x = {.fd = fd, .events = POLLIN};
		int r = left > 0 ? poll(&x, 1, left > INT32_MAX ? INT32_MAX : (int)left) : 0;
		if (r > 0)
			return true;
		if (r == 0)
			errno = ETIMEDOUT;
		if (r == 0 || errno != EINTR)
			return false;
	}
}

/* Reads the answer to `Y` into s[0..max); returns its length, or -1. It ends in two NULs,
   or in one and the wrapper's closing its end. Octet by octet where plaintext can follow
   on the same descriptor. Nothing at all, or half an answer, is a handshake that failed. */
static ssize_t answer(struct ucspitls const *u, char *s, size_t max, int64_t deadline)
{
	size_t n = 0;
	while (n < max && readable(u->ctl, deadline)) {
		ssize_t r = read(u->ctl, s + n, u->ctl == u->in ? 1 : max - n);
		if (r < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (r < 0 && errno != ECONNRESET)
			return -1;
		if (r <= 0) {
			errno = EPROTO;
			return n > 0 && s[n - 1] == 0 ? (ssize_t)n : -1;
		}
		for (size_t end = n + (size_t)r; n < end; n++)
			if (n > 0 && s[n - 1] == 0 && s[n] == 0)
				return (ssize_t)n;
	}
	if (n == max)
		errno = EPROTO;
	return -1;
}

/* A wrapper describes the connection, it does not rule this process: only SSL_ names. */
static bool is_name(char const *s, size_t n)
{
	if (n <= 4 || memcmp(s, "SSL_", 4) != 0)
		return false;
	for (size_t i = 4; i < n; i++)
		if (!ascii_is_alpha(s[i]) && !ascii_is_digit(s[i]) && s[i] != '_')
			return false;
	return true;
}

/* Sets what s[0..n), strings each with its NUL, says. */
static bool apply(char *s, size_t n)
{
	for (size_t i = 0; i < n; i += strlen(s + i) + 1) {
		char *value = strchr(s + i, '=');
		if (!is_name(s + i, value ? (size_t)(value - (s + i)) : strlen(s + i)))
			continue;
		if (!value) {
			if (unsetenv(s + i) != 0)
				return false;
			continue;
		}
		*value = 0;
		int r = setenv(s + i, value + 1, 1);
		*value = '=';
		if (r != 0)
			return false;
	}
	return true;
}

/* A wrapper that has died must not cost its program a SIGPIPE. */
static bool ask(int ctl)
{
	ssize_t r;
	do {
		r = send(ctl, "Y", 1, MSG_NOSIGNAL);
		if (r < 0 && errno == ENOTSOCK)
			r = write(ctl, "Y", 1);
	} while (r < 0 && errno == EINTR);
	return r == 1;
}

static void forget(struct ucspitls *u)
{
	int e = errno;
	close(u->ctl);
	if (u->in != u->ctl)
		close(u->in);
	if (u->out != u->ctl && u->out != u->in)
		close(u->out);
	*u = (struct ucspitls){-1, -1, -1};
	errno = e;
}

bool ucspitls_start(struct ucspitls *u, unsigned int ms)
{
	char s[ANSWER_MAX];
	if (u->ctl < 0) {
		errno = EBADF;
		return false;
	}
	ssize_t n = ask(u->ctl) ? answer(u, s, sizeof s, now_ms() + ms) : -1;
	bool ok = n >= 0 && apply(s, (size_t)n) && dup2(u->in, 0) == 0 && dup2(u->out, 1) == 1;
	forget(u);
	return ok;
}
