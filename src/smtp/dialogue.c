/* The dialogue: sessions, lines and verbs. AUTH is in smtp_auth.c, MAIL and RCPT in
   smtp_mail.c, bodies in smtp_body.c. */
#include "smtp/dialogue.h"

#include "base/ascii.h"
#include "base/num.h"
#include "smtp/dialogue_verbs.h"
#include "base/wipe.h"

#include <string.h>

static void say_line(struct smtp *s, enum reply r, char const *word, int last)
{
	char line[REPLY_LINE];
	struct reply_words words = {
		.host = s->config->host,
		.brand = s->config->brand,
		.url = s->config->url,
		.date = s->config->date,
		.size = s->size_text,
		.word = word,
	};
	size_t n = reply_format(line, r, &words, last);
	s->hooks->reply(s->hooks->arg, line, n);
}

void smtp_say_more(struct smtp *s, enum reply r, char const *word)
{
	say_line(s, r, word, 0);
}

void smtp_say(struct smtp *s, enum reply r, char const *word)
{
	int code = reply_code(r);
	if ((code >= 500 && code <= 504) || code == 555)
		s->errors++;
	say_line(s, r, word, 1);
}

char const *smtp_protocol(struct smtp const *s)
{
	static char const *const names[2][2][2] = {
		{{"ESMTP", "ESMTPA"}, {"ESMTPS", "ESMTPSA"}},
		{{"UTF8SMTP", "UTF8SMTPA"}, {"UTF8SMTPS", "UTF8SMTPSA"}},
	};
	if (!s->ehlo && !s->tls && !s->logged_in)
		return "SMTP";
	return names[s->utf8][s->tls][s->logged_in];
}

/* --- Small verbs ------------------------------------------------------------------- */

static bool login_possible(struct smtp const *s)
{
	return !s->logged_in && (s->tls || s->config->cleartext);
}

static void keep_helo(struct smtp *s, char const *arg, size_t n)
{
	size_t at = 0;
	while (at < n && at < SMTP_HELO && !ascii_is_blank(arg[at])) {
		s->helo[at] = ascii_is_print(arg[at]) ? arg[at] : '?';
		at++;
	}
	s->helo[at] = 0;
}

static void do_helo(struct smtp *s, char *arg, size_t n)
{
	smtp_abandon(s);
	keep_helo(s, arg, n);
	s->ehlo = false;
	smtp_say(s, REPLY_HELO, s->helo);
}

/* A keyword line of EHLO; not in the table of replies, being protocol and no voice. */
static void say_keyword(struct smtp *s, char const *code, char const *keyword, char const *more)
{
	char line[REPLY_LINE];
	size_t n = 0;
	for (char const *part[] = {code, keyword, more, "\r\n", NULL}, **p = part; *p; p++) {
		size_t len = strlen(*p);
		memcpy(line + n, *p, len);
		n += len;
	}
	s->hooks->reply(s->hooks->arg, line, n);
}

static void do_ehlo(struct smtp *s, char *arg, size_t n)
{
	bool login = login_possible(s);
	smtp_abandon(s);
	keep_helo(s, arg, n);
	s->ehlo = true;
	smtp_say_more(s, REPLY_EHLO, s->helo);
	smtp_say_more(s, REPLY_REGISTERED, NULL);
	smtp_say_more(s, REPLY_CONDITIONS, NULL);
	if (login)
		say_keyword(s, "250-", "AUTH LOGIN PLAIN", "");
	say_keyword(s, "250-SIZE ", s->size_text, "");
	say_keyword(s, "250-", "HELP", "");
	if (!s->tls && s->hooks->tls(s->hooks->arg) == SMTP_TLS_READY)
		say_keyword(s, "250-", "STARTTLS", "");
	say_keyword(s, "250-", "PIPELINING", "");
	say_keyword(s, "250-", "8BITMIME", "");
	say_keyword(s, "250-", "SMTPUTF8", "");
	say_keyword(s, login ? "250-" : "250 ", "CHUNKING", "");
	if (login)
		say_keyword(s, "250 ", "AUTH LOGIN PLAIN", "");
}

static void do_rset(struct smtp *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	smtp_abandon(s);
	smtp_say(s, REPLY_OK, NULL);
}

static void do_noop(struct smtp *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	smtp_say(s, REPLY_OK, NULL);
}

static void do_quit(struct smtp *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	smtp_abandon(s);
	smtp_say(s, REPLY_CLOSING, NULL);
	s->closing = true;
}

static void do_help(struct smtp *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	smtp_say_more(s, REPLY_HELP_COMMANDS, "EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP HELP VRFY QUIT");
	smtp_say(s, REPLY_HELP_URL, NULL);
}

static void do_vrfy(struct smtp *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	smtp_say(s, REPLY_VRFY, NULL);
}

static void do_not_here(struct smtp *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	smtp_say(s, REPLY_NOT_HERE, NULL);
}

/* RFC 3207. s->reading tells smtp_feed that the 220 has been said. */
static void do_starttls(struct smtp *s, char *arg, size_t n)
{
	enum smtp_tls offer = s->tls ? SMTP_TLS_NONE : s->hooks->tls(s->hooks->arg);
	(void)arg;
	if (s->tls)
		smtp_say(s, REPLY_TLS_TWICE, NULL);
	else if (offer == SMTP_TLS_NONE)
		smtp_say(s, REPLY_NO_TLS, NULL);
	else if (n)
		smtp_say(s, REPLY_NO_ARGUMENT, NULL);
	else if (s->phase != SMTP_IDLE)
		smtp_say(s, REPLY_IN_TRANSACTION, NULL);
	else if (offer == SMTP_TLS_DEAD)
		smtp_say(s, REPLY_TLS_DEAD, NULL);
	else {
		smtp_say(s, REPLY_START_TLS, NULL);
		s->reading = SMTP_HANDSHAKE;
	}
}

/* --- The table of verbs ------------------------------------------------------------ */

enum { IDLE = 1 << SMTP_IDLE, MAIL = 1 << SMTP_MAIL, RCPT = 1 << SMTP_RCPT, BDAT = 1 << SMTP_BDAT };
enum { ANY = IDLE | MAIL | RCPT | BDAT };
enum { NO_ARG = 1, NEEDS_ARG = 2, NEEDS_LOGIN = 4 };

static struct verb {
	char name[9];
	unsigned char phases, wants; /* where it may stand; what it wants there */
	enum reply wrong;            /* what is said elsewhere, but for a transaction of BDAT */
	void (*run)(struct smtp *s, char *arg, size_t n);
} const verbs[] = {
	{"RCPT", MAIL | RCPT, NEEDS_LOGIN | NEEDS_ARG, REPLY_NEED_MAIL, smtp_rcpt},
	{"MAIL", IDLE, NEEDS_LOGIN | NEEDS_ARG, REPLY_NESTED_MAIL, smtp_mail},
	{"DATA", RCPT, NEEDS_LOGIN | NO_ARG, REPLY_NEED_RCPT, smtp_data},
	{"BDAT", ANY, 0, REPLY_NEED_RCPT, smtp_bdat},
	{"EHLO", ANY, NEEDS_ARG, REPLY_OK, do_ehlo},
	{"HELO", ANY, NEEDS_ARG, REPLY_OK, do_helo},
	{"AUTH", ANY, NEEDS_ARG, REPLY_OK, smtp_auth},
	{"STARTTLS", ANY, 0, REPLY_OK, do_starttls},
	{"RSET", ANY, NO_ARG, REPLY_OK, do_rset},
	{"NOOP", ANY, 0, REPLY_OK, do_noop},
	{"QUIT", ANY, NO_ARG, REPLY_OK, do_quit},
	{"HELP", ANY, 0, REPLY_OK, do_help},
	{"VRFY", ANY, NEEDS_ARG, REPLY_OK, do_vrfy},
	{"EXPN", ANY, 0, REPLY_OK, do_not_here},
	{"TURN", ANY, 0, REPLY_OK, do_not_here},
	{"ETRN", ANY, 0, REPLY_OK, do_not_here},
};

static void run_verb(struct smtp *s, struct verb const *v, char *arg, size_t n)
{
	if ((v->wants & NEEDS_LOGIN) && !s->logged_in)
		smtp_say(s, REPLY_AUTH_REQUIRED, NULL);
	else if (!(v->phases & 1 << s->phase))
		smtp_say(s, s->phase == SMTP_BDAT ? REPLY_AFTER_BDAT : v->wrong, NULL);
	else if ((v->wants & NEEDS_ARG) && !n)
		smtp_say(s, REPLY_ARGUMENT, NULL);
	else if ((v->wants & NO_ARG) && n)
		smtp_say(s, REPLY_NO_ARGUMENT, NULL);
	else
		v->run(s, arg, n);
}

/* Control octets have no place in a command: nothing built from one can break a line. */
static bool is_garbage(char const *line, size_t n)
{
	return n == 0 || !ascii_is_alpha(line[0]) || ascii_has_control(line, n);
}

static void run_command(struct smtp *s, char *line, size_t n)
{
	size_t verb = 0;
	while (n && ascii_is_blank(line[n - 1]))
		n--;
	while (verb < n && ascii_is_alpha(line[verb]))
		verb++;
	if (is_garbage(line, n) || (verb < n && (unsigned char)line[verb] >= 0x80)) {
		smtp_say(s, REPLY_SYNTAX, NULL);
		return;
	}
	size_t at = verb;
	while (at < n && ascii_is_blank(line[at]))
		at++;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (ascii_case_is(line, verb, verbs[i].name) && (verb == n || at > verb)) {
			run_verb(s, &verbs[i], line + at, n - at);
			return;
		}
	smtp_say(s, REPLY_UNKNOWN, NULL);
}

/* --- Lines --------------------------------------------------------------------------- */

static size_t line_limit(struct smtp const *s, char const *p, size_t n)
{
	bool sasl = s->reading != SMTP_COMMANDS || (n > 4 && ascii_case_is(p, 4, "AUTH") && ascii_is_blank(p[4]));
	return sasl ? s->config->max_auth_line : s->config->max_line;
}

static void too_long(struct smtp *s)
{
	s->reading = SMTP_COMMANDS;
	s->progress++;
	smtp_say(s, REPLY_SYNTAX, NULL);
}

static void run_line(struct smtp *s, char *line, size_t n)
{
	s->crlf = n && line[n - 1] == '\r';
	n -= s->crlf;
	s->progress++;
	if (s->reading == SMTP_COMMANDS)
		run_command(s, line, n);
	else
		smtp_auth_line(s, line, n);
}

/* Takes one line off p[0..n), or drops a piece of one that is too long. Returns the
   octets taken; 0: there is no whole line. */
static size_t line_feed(struct smtp *s, char *p, size_t n)
{
	char *lf = n > s->scanned ? memchr(p + s->scanned, '\n', n - s->scanned) : NULL;
	size_t len = lf ? (size_t)(lf - p) + 1 : n;
	size_t limit = line_limit(s, p, n);
	if (s->skipping || len > limit || (!lf && len >= limit)) {
		s->scanned = 0;
		s->skipping = !lf;
		if (lf)
			too_long(s);
		return len;
	}
	s->scanned = lf ? 0 : n;
	if (lf)
		run_line(s, p, len - 1);
	return lf ? len : 0;
}

/* Too much of the wrong: say so, once, and close. */
static void check_limits(struct smtp *s)
{
	enum reply r;
	if (s->closing)
		return;
	if (s->logins >= s->config->max_logins)
		r = REPLY_LOGINS;
	else if (s->errors >= s->config->max_errors)
		r = REPLY_ERRORS;
	else
		return;
	smtp_say(s, r, NULL);
	smtp_abandon(s);
	s->closing = true;
}

/* Each message of a burst may take the queue program's time. */
static bool is_over(struct smtp *s)
{
	bool ask = s->queued;
	s->queued = false;
	return ask && s->hooks->over(s->hooks->arg);
}

enum smtp_next smtp_feed(struct smtp *s, char *p, size_t n, size_t *used)
{
	size_t at = 0;
	while (!s->closing && at < n) {
		bool body = smtp_in_body(s);
		size_t took = body ? smtp_body_feed(s, p + at, n - at) : line_feed(s, p + at, n - at);
		at += took;
		if (took == 0)
			break;
		if (s->reading == SMTP_HANDSHAKE) {
			*used = n;
			return SMTP_TLS;
		}
		if (!smtp_in_body(s))
			check_limits(s);
		if (at < n && is_over(s))
			break;
	}
	*used = s->closing ? n : at;
	return s->closing ? SMTP_CLOSE : SMTP_READ;
}

/* --- Sessions ------------------------------------------------------------------------ */

void smtp_start(struct smtp *s, struct smtp_config const *config, struct smtp_hooks const *hooks,
	unsigned char const *key, bool tls)
{
	memset(s, 0, sizeof *s);
	s->config = config;
	s->hooks = hooks;
	s->tls = tls;
	num_fmt(s->size_text, config->max_size);
	rcptset_init(&s->rcpts, key);
	smtp_say(s, REPLY_GREETING, NULL);
}

void smtp_tls_started(struct smtp *s)
{
	smtp_abandon(s);
	s->tls = true;
	s->ehlo = s->logged_in = s->plan_known = false;
	s->helo[0] = 0;
	s->reading = SMTP_COMMANDS;
	s->scanned = 0;
	s->progress++;
	wipe(s->user, sizeof s->user);
}

bool smtp_in_body(struct smtp const *s)
{
	return s->reading == SMTP_BODY || s->reading == SMTP_CHUNK_BODY;
}

void smtp_end(struct smtp *s, enum smtp_end why)
{
	if (s->closing)
		return;
	s->closing = true;
	if (s->phase == SMTP_DATA || s->phase == SMTP_BDAT)
		smtp_body_lost(s, why);
	smtp_abandon(s);
	if (why == SMTP_TIMEOUT)
		smtp_say(s, REPLY_TIMEOUT, NULL);
	else if (why == SMTP_SHUTDOWN)
		smtp_say(s, REPLY_SHUTDOWN, NULL);
}

void smtp_free(struct smtp *s)
{
	rcptset_free(&s->rcpts);
	wipe(s, sizeof *s);
}
