/* One SMTP client session, without I/O. */
#define _GNU_SOURCE
#include "session.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

void session_start(struct session *s, struct plan const *plan)
{
	memset(s, 0, offsetof(struct session, line));
	s->plan = plan;
	s->waiting = 1; /* for the greeting */
}

static void advance(struct plan const *p, struct cursor *c)
{
	switch (c->phase) {
	case GREETING:
		c->phase = EHLO;
		break;
	case EHLO:
		c->phase = p->auth ? AUTH : p->per ? MAIL : QUIT;
		break;
	case AUTH:
		c->phase = p->per ? MAIL : QUIT;
		break;
	case MAIL:
		c->phase = RCPT;
		c->rcpts = 1;
		break;
	case RCPT:
		if (c->rcpts < p->rcpts)
			c->rcpts++;
		else
			c->phase = DATA;
		break;
	case DATA:
		c->phase = BODY;
		break;
	case BODY:
		c->messages++;
		c->phase = c->messages < p->per ? MAIL : QUIT;
		break;
	default:
		c->phase = OVER;
	}
}

/* --- Speaking --------------------------------------------------------------------------- */

static bool may_speak(struct session const *s)
{
	return !s->waiting || (s->plan->burst && (s->said.phase == MAIL || s->said.phase == RCPT));
}

/* Makes a new Message-ID for each message, so that it is not a repeat. */
static size_t message_id(char *out, size_t room)
{
	static uint64_t run, serial;
	if (!run && getrandom(&run, sizeof run, 0) != sizeof run)
		run = 1;
	return (size_t)snprintf(out, room, "Message-ID: <%016llx.%llu@bench.example>\r\n",
		(unsigned long long)run, (unsigned long long)++serial);
}

static size_t words(struct session *s, char *out, size_t room)
{
	struct plan const *p = s->plan;
	switch (s->said.phase) {
	case EHLO:
		return (size_t)snprintf(out, room, "EHLO %s\r\n", p->helo);
	case AUTH:
		return (size_t)snprintf(out, room, "AUTH PLAIN %s\r\n", p->auth);
	case MAIL:
		return (size_t)snprintf(out, room, "MAIL FROM:<%s>\r\n", p->from);
	case RCPT:
		return (size_t)snprintf(out, room, "RCPT TO:<usuario%07u@example.org>\r\n", s->said.rcpts);
	case DATA:
		return (size_t)snprintf(out, room, "DATA\r\n");
	case BODY:
		s->body = p->message;
		s->body_len = p->len;
		return message_id(out, room);
	default:
		return (size_t)snprintf(out, room, "QUIT\r\n");
	}
}

bool session_produce(struct session *s)
{
	while (may_speak(s) && !s->body_len && sizeof s->out - s->out_len >= 512) {
		struct cursor next = s->said;
		advance(s->plan, &next);
		if (next.phase >= s->plan->hold)
			break;
		s->said = next;
		s->waiting++;
		s->out_len += words(s, s->out + s->out_len, sizeof s->out - s->out_len);
	}
	return s->out_len || s->body_len;
}

bool session_held(struct session const *s)
{
	struct cursor next = s->said;
	advance(s->plan, &next);
	return !s->waiting && next.phase >= s->plan->hold;
}

/* --- Listening -------------------------------------------------------------------------- */

static bool expected(enum phase phase, char const *line)
{
	static char const code[] = {
		[GREETING] = '2', [EHLO] = '2', [AUTH] = '2', [MAIL] = '2', [RCPT] = '2',
		[DATA] = '3', [BODY] = '2', [QUIT] = '2',
	};
	return phase != OVER && line[0] == code[phase];
}

/* Reads a whole line. The last line of a reply has no hyphen after its code. */
static bool take_line(struct session *s)
{
	if (s->line_len < 3)
		return false;
	if (s->line_len > 3 && s->line[3] == '-')
		return true;
	if (!s->waiting || !expected(s->answered.phase, s->line))
		return false;
	s->waiting--;
	advance(s->plan, &s->answered);
	return true;
}

bool session_feed(struct session *s, char const *in, size_t n)
{
	while (n) {
		char const *lf = memchr(in, '\n', n);
		size_t part = lf ? (size_t)(lf - in) + 1 : n;
		size_t kept = part < sizeof s->line - 1 - s->line_len ? part : sizeof s->line - 1 - s->line_len;
		memcpy(s->line + s->line_len, in, kept);
		s->line_len += kept;
		s->line[s->line_len] = 0;
		in += part;
		n -= part;
		if (!lf)
			break;
		if (!take_line(s))
			return false;
		s->line_len = 0;
	}
	return true;
}
