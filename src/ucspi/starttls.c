#include "ucspi/starttls.h"

#include "base/ascii.h"
#include "base/num.h"
#include "base/wait.h"
#include "ucspi/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX 8192 /* octets of a wrapper's answer; sslserver can include a certificate */

/* Reads a descriptor from the environment: its number is 3 or more, and it is open. */
static bool read_descriptor(char const *name, int *fd)
{
	char const *s = getenv(name);
	uint64_t n = 0;
	if (!s || !num_scan(s, strlen(s), 65535, &n) || n < 3)
		return false;
	*fd = (int)n;
	int flags = fcntl(*fd, F_GETFD);
	return flags >= 0 && fcntl(*fd, F_SETFD, flags | FD_CLOEXEC) == 0;
}

enum starttls_state starttls_init(struct starttls *u)
{
	static char const *const names[] = {"SSLCTLFD", "SSLREADFD", "SSLWRITEFD", "UCSPITLS"};
	enum starttls_state state = STARTTLS_NONE;
	*u = (struct starttls){-1, -1, -1};
	if (getenv(names[0]) || getenv(names[1]) || getenv(names[2])) {
		if (read_descriptor(names[0], &u->ctl) && read_descriptor(names[1], &u->in)
				&& read_descriptor(names[2], &u->out))
			state = STARTTLS_READY;
		else
			state = peer_is_under_tls() ? STARTTLS_NONE : STARTTLS_MALFORMED;
	}
	if (state == STARTTLS_NONE)
		*u = (struct starttls){-1, -1, -1};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (unsetenv(names[i]) != 0)
			return STARTTLS_MALFORMED;
	return state;
}

enum starttls_state starttls_look(struct starttls const *u)
{
	if (u->ctl < 0)
		return STARTTLS_NONE;
	/* A wrapper sends nothing before the request: if there is something to read, it has ended. */
	return wait_for(u->ctl, POLLIN, WAIT_LOOK) == 0 ? STARTTLS_READY : STARTTLS_DEAD;
}

static bool wait_for_answer(int fd, uint64_t deadline)
{
	int r = wait_for(fd, POLLIN, deadline);
	if (r == 0)
		errno = ETIMEDOUT;
	return r > 0;
}

/* Reads the answer to `Y` into s[0..max) and returns its length, or -1. An answer ends with two NULs,
   or with one and the end of the stream. If the plaintext follows on the same descriptor, one octet
   is read at a time. */
static ssize_t read_answer(struct starttls const *u, char *s, size_t max, uint64_t deadline)
{
	size_t n = 0;
	while (n < max && wait_for_answer(u->ctl, deadline)) {
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

/* Is it a variable that a wrapper may set? */
static bool is_ssl_name(char const *s, size_t n)
{
	if (n <= 4 || memcmp(s, "SSL_", 4) != 0)
		return false;
	for (size_t i = 4; i < n; i++)
		if (!ascii_is_alpha(s[i]) && !ascii_is_digit(s[i]) && s[i] != '_')
			return false;
	return true;
}

/* Sets or unsets the variables in s[0..n), strings with their NULs. */
static bool set_variables(char *s, size_t n)
{
	for (size_t i = 0; i < n; i += strlen(s + i) + 1) {
		char *value = strchr(s + i, '=');
		if (!is_ssl_name(s + i, value ? (size_t)(value - (s + i)) : strlen(s + i)))
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

/* Sends the request, without a SIGPIPE if the wrapper has ended. */
static bool send_request(int ctl)
{
	ssize_t r;
	do {
		r = send(ctl, "Y", 1, MSG_NOSIGNAL);
		if (r < 0 && errno == ENOTSOCK)
			r = write(ctl, "Y", 1);
	} while (r < 0 && errno == EINTR);
	return r == 1;
}

static void close_all(struct starttls *u)
{
	int e = errno;
	close(u->ctl);
	if (u->in != u->ctl)
		close(u->in);
	if (u->out != u->ctl && u->out != u->in)
		close(u->out);
	*u = (struct starttls){-1, -1, -1};
	errno = e;
}

bool starttls_start(struct starttls *u, uint64_t deadline)
{
	char s[ANSWER_MAX];
	if (u->ctl < 0) {
		errno = EBADF;
		return false;
	}
	ssize_t n = send_request(u->ctl) ? read_answer(u, s, sizeof s, deadline) : -1;
	bool is_ready = n >= 0 && set_variables(s, (size_t)n) && dup2(u->in, 0) == 0 && dup2(u->out, 1) == 1;
	close_all(u);
	return is_ready;
}
