/* Checking a login. */
#define _GNU_SOURCE /* pipe2, environ */
#include "smtp/login.h"

#include "base/exitcode.h"
#include "base/run.h"
#include "service/login.h"

#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static enum dialogue_lookup lookup_of(int code)
{
	return code == 0 ? DIALOGUE_YES : code == EXIT_REFUSED ? DIALOGUE_NO : DIALOGUE_UNKNOWN;
}

enum { PIECES = 4 };

/* --- The program --------------------------------------------------------------------------- */

static void note_end(struct login *l, struct run_end const *end)
{
	_Static_assert(ASK_REASON > sizeof "checkpassword program: " + RUN_TEXT, "the reason must fit");
	run_describe(stpcpy(l->reason, "checkpassword program: "), end);
}

static enum dialogue_lookup run_program(struct login *l, int from, uint64_t deadline)
{
	struct run_end end = {.code = -1};
	/* its 0 and 1 are not the client's: what it reads or writes there is no mail */
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0) {
		struct run_fd const fds[] = {{null, 0}, {2, 1}, {from, 3}, {-1, -1}};
		pid_t pid = run_start(l->argv, (char const *const *)environ, fds);
		close(null);
		if (pid > 0)
			end = run_wait(pid, deadline);
	}
	note_end(l, &end);
	return lookup_of(end.code);
}

static enum dialogue_lookup check_by_program(struct login *l, struct iovec const *block, size_t n, uint64_t deadline)
{
	struct run_end const none = {.code = -1};
	int p[2];
	note_end(l, &none);
	if (pipe2(p, O_CLOEXEC) < 0)
		return DIALOGUE_UNKNOWN;
	/* less than PIPE_BUF into an empty pipe: neither blocks nor is cut */
	ssize_t w = writev(p[1], block, PIECES);
	close(p[1]);
	enum dialogue_lookup r = w == (ssize_t)n ? run_program(l, p[0], deadline) : DIALOGUE_UNKNOWN;
	close(p[0]);
	return r;
}

/* --- The service --------------------------------------------------------------------------- */

static enum dialogue_lookup check_by_service(struct login *l, struct login_question const *q)
{
	enum login_result r = login_ask(q, l->ticket, l->reason);
	return r == LOGIN_ACCEPTED ? DIALOGUE_YES : r == LOGIN_REFUSED ? DIALOGUE_NO : DIALOGUE_UNKNOWN;
}

enum dialogue_lookup login_check(struct login *l, char const *user, size_t un, char const *password, size_t pn,
	char const *ip, int client, uint64_t deadline)
{
	size_t n = un + 1 + pn + 1 + 1;
	struct login_question const q = {.socket = l->socket, .user = user, .user_n = un, .password = password,
		.password_n = pn, .ip = ip, .client = client, .deadline = deadline};
	/* in pieces: no copy of the password is made */
	struct iovec const block[PIECES] = {{(char *)user, un}, {(char *)"", 1}, {(char *)password, pn},
		{(char *)"\0", 2}}; /* an empty timestamp */
	if (n > DIALOGUE_CREDENTIALS)
		return DIALOGUE_UNKNOWN;
	return l->argv ? check_by_program(l, block, n, deadline) : check_by_service(l, &q);
}
