/* Asking a checkpassword program. */
#define _GNU_SOURCE
#include "smtp/login.h"

#include "base/wipe.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static enum dialogue_lookup ask(char const *const *argv, int from, uint64_t deadline, struct run_end *end)
{
	/* its 0 and 1 are not the client's: what it reads or says there is no mail */
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0)
		return DIALOGUE_UNKNOWN;
	struct run_fd const fds[] = {{null, 0}, {2, 1}, {from, 3}, {-1, -1}};
	pid_t pid = run_start(argv, (char const *const *)environ, fds);
	close(null);
	if (pid < 0)
		return DIALOGUE_UNKNOWN;
	*end = run_wait(pid, deadline);
	return end->code == 0 ? DIALOGUE_YES : end->code == 1 ? DIALOGUE_NO : DIALOGUE_UNKNOWN;
}

enum dialogue_lookup authenticate(char const *const *argv, char const *user, size_t un,
	char const *password, size_t pn, uint64_t deadline, struct run_end *end)
{
	*end = (struct run_end){.code = -1};
	char credentials[DIALOGUE_CREDENTIALS];
	size_t n = un + 1 + pn + 2;
	int p[2];
	if (n > sizeof credentials || pipe2(p, O_CLOEXEC) < 0)
		return DIALOGUE_UNKNOWN;
	memcpy(credentials, user, un);
	credentials[un] = 0;
	memcpy(credentials + un + 1, password, pn);
	credentials[n - 2] = credentials[n - 1] = 0; /* an empty timestamp */
	/* less than PIPE_BUF into an empty pipe: neither blocks nor is cut */
	ssize_t w = write(p[1], credentials, n);
	wipe(credentials, sizeof credentials);
	close(p[1]);
	enum dialogue_lookup answer = w == (ssize_t)n ? ask(argv, p[0], deadline, end) : DIALOGUE_UNKNOWN;
	close(p[0]);
	return answer;
}
