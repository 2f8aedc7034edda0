/* Asking the login service. */
#include "service/login.h"

#include "base/base64.h"
#include "base/exitcode.h"
#include "base/wipe.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

static void read_ticket(char ticket[TICKET_BASE64 + 1], char const *reply, size_t n)
{
	ticket[0] = 0;
	if (n == 1 + TICKET_OCTETS)
		ticket[base64_encode(ticket, reply + 1, TICKET_OCTETS)] = 0;
}

static enum login_result read_reply(char const *reply, size_t n)
{
	if (reply[0] == 0)
		return LOGIN_ACCEPTED;
	if (reply[0] == EXIT_REFUSED)
		return LOGIN_REFUSED;
	return reply[0] == EXIT_TEMPORARY && n == 2 && reply[1] == LOGIN_LIMIT ? LOGIN_TOO_MANY : LOGIN_UNKNOWN;
}

enum login_result login_ask(struct login_question const *q, char ticket[TICKET_BASE64 + 1], char reason[ASK_REASON])
{
	size_t n = q->user_n + 1 + q->password_n + 1 + 1, ip_n = strlen(q->ip), got;
	char reply[1 + TICKET_OCTETS];
	strcpy(reason, "user and password are too long");
	if (n > LOGIN_BLOCK)
		return LOGIN_UNKNOWN;
	if (n + ip_n > LOGIN_BLOCK)
		ip_n = 0;
	/* in pieces: no copy of the password is made */
	struct iovec const block[] = {{(char *)q->user, q->user_n}, {(char *)"", 1}, {(char *)q->password, q->password_n},
		{(char *)"", 1}, {(char *)q->ip, ip_n}, {(char *)"", 1}};
	struct ask const a = {.path = q->socket, .data = block, .pieces = sizeof block / sizeof *block,
		.deadline = q->deadline, .client = q->client};
	enum ask_end end = ask(&a, reply, sizeof reply, &got);
	ask_reason(reason, q->socket, end, errno);
	if (end != ASK_REPLIED)
		return LOGIN_UNKNOWN;
	enum login_result r = read_reply(reply, got);
	if (r == LOGIN_ACCEPTED)
		read_ticket(ticket, reply, got);
	wipe(reply, sizeof reply);
	return r;
}
