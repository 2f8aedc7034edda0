/* The dialogue: sessions, lines and verbs. AUTH is in dialogue_auth.c, MAIL and RCPT in
   dialogue_mail.c, bodies in smtp_body.c. */
#include "smtp/dialogue.h"

#include "base/ascii.h"
#include "base/num.h"
#include "smtp/dialogue_verbs.h"
#include "base/wipe.h"

#include <string.h>

static void say_line(struct dialogue *s, enum reply r, char const *word, int last)
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

void dialogue_say_more(struct dialogue *s, enum reply r, char const *word)
{
	say_line(s, r, word, 0);
}

void dialogue_say(struct dialogue *s, enum reply r, char const *word)
{
	int code = reply_code(r);
	if ((code >= 500 && code <= 504) || code == 555)
		s->errors++;
	say_line(s, r, word, 1);
}

char const *dialogue_protocol(struct dialogue const *s)
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

static bool login_possible(struct dialogue const *s)
{
	return !s->logged_in && (s->tls || s->config->cleartext);
}

static void keep_helo(struct dialogue *s, char const *arg, size_t n)
{
	size_t at = 0;
	while (at < n && at < DIALOGUE_HELO && !ascii_is_blank(arg[at])) {
		s->helo[at] = ascii_is_print(arg[at]) ? arg[at] : '?';
		at++;
	}
	s->helo[at] = 0;
}

static void do_helo(struct dialogue *s, char *arg, size_t n)
{
	dialogue_abandon(s);
	keep_helo(s, arg, n);
	s->ehlo = false;
	dialogue_say(s, REPLY_HELO, s->helo);
}

/* A keyword line of EHLO; not in the table of replies, being protocol and no voice. */
static void say_keyword(struct dialogue *s, char const *code, char const *keyword, char const *more)
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

static void do_ehlo(struct dialogue *s, char *arg, size_t n)
{
	bool login = login_possible(s);
	dialogue_abandon(s);
	keep_helo(s, arg, n);
	s->ehlo = true;
	dialogue_say_more(s, REPLY_EHLO, s->helo);
	dialogue_say_more(s, REPLY_REGISTERED, NULL);
	dialogue_say_more(s, REPLY_CONDITIONS, NULL);
	if (login)
		say_keyword(s, "250-", "AUTH LOGIN PLAIN", "");
	say_keyword(s, "250-SIZE ", s->size_text, "");
	say_keyword(s, "250-", "HELP", "");
	if (!s->tls && s->hooks->tls(s->hooks->arg) == DIALOGUE_TLS_READY)
		say_keyword(s, "250-", "STARTTLS", "");
	say_keyword(s, "250-", "PIPELINING", "");
	say_keyword(s, "250-", "8BITMIME", "");
	say_keyword(s, "250-", "SMTPUTF8", "");
	say_keyword(s, login ? "250-" : "250 ", "CHUNKING", "");
	if (login)
		say_keyword(s, "250 ", "AUTH LOGIN PLAIN", "");
}

static void do_rset(struct dialogue *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_abandon(s);
	dialogue_say(s, REPLY_OK, NULL);
}

static void do_noop(struct dialogue *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_say(s, REPLY_OK, NULL);
}

static void do_quit(struct dialogue *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_abandon(s);
	dialogue_say(s, REPLY_CLOSING, NULL);
	s->closing = true;
}

static void do_help(struct dialogue *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_say_more(s, REPLY_HELP_COMMANDS, "EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP HELP VRFY QUIT");
	dialogue_say(s, REPLY_HELP_URL, NULL);
}

static void do_vrfy(struct dialogue *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_say(s, REPLY_VRFY, NULL);
}

static void do_not_here(struct dialogue *s, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_say(s, REPLY_NOT_HERE, NULL);
}

/* RFC 3207. s->reading tells dialogue_feed that the 220 has been said. */
static void do_starttls(struct dialogue *s, char *arg, size_t n)
{
	enum dialogue_tls offer = s->tls ? DIALOGUE_TLS_NONE : s->hooks->tls(s->hooks->arg);
	(void)arg;
	if (s->tls)
		dialogue_say(s, REPLY_TLS_TWICE, NULL);
	else if (offer == DIALOGUE_TLS_NONE)
		dialogue_say(s, REPLY_NO_TLS, NULL);
	else if (n)
		dialogue_say(s, REPLY_NO_ARGUMENT, NULL);
	else if (s->phase != PHASE_IDLE)
		dialogue_say(s, REPLY_IN_TRANSACTION, NULL);
	else if (offer == DIALOGUE_TLS_BROKEN)
		dialogue_say(s, REPLY_TLS_DEAD, NULL);
	else {
		dialogue_say(s, REPLY_START_TLS, NULL);
		s->reading = READING_HANDSHAKE;
	}
}

/* --- The table of verbs ------------------------------------------------------------ */

enum { IDLE = 1 << PHASE_IDLE, MAIL = 1 << PHASE_MAIL, RCPT = 1 << PHASE_RCPT, BDAT = 1 << PHASE_BDAT };
enum { ANY = IDLE | MAIL | RCPT | BDAT };
enum { NO_ARG = 1, NEEDS_ARG = 2, NEEDS_LOGIN = 4 };

static struct verb {
	char name[9];
	unsigned char phases, wants; /* where it may stand; what it wants there */
	enum reply wrong;            /* what is said elsewhere, but for a transaction of BDAT */
	void (*run)(struct dialogue *s, char *arg, size_t n);
} const verbs[] = {
	{"RCPT", MAIL | RCPT, NEEDS_LOGIN | NEEDS_ARG, REPLY_NEED_MAIL, dialogue_rcpt},
	{"MAIL", IDLE, NEEDS_LOGIN | NEEDS_ARG, REPLY_NESTED_MAIL, dialogue_mail},
	{"DATA", RCPT, NEEDS_LOGIN | NO_ARG, REPLY_NEED_RCPT, dialogue_data},
	{"BDAT", ANY, 0, REPLY_NEED_RCPT, dialogue_bdat},
	{"EHLO", ANY, NEEDS_ARG, REPLY_OK, do_ehlo},
	{"HELO", ANY, NEEDS_ARG, REPLY_OK, do_helo},
	{"AUTH", ANY, NEEDS_ARG, REPLY_OK, dialogue_auth},
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

static void run_verb(struct dialogue *s, struct verb const *v, char *arg, size_t n)
{
	if ((v->wants & NEEDS_LOGIN) && !s->logged_in)
		dialogue_say(s, REPLY_AUTH_REQUIRED, NULL);
	else if (!(v->phases & 1 << s->phase))
		dialogue_say(s, s->phase == PHASE_BDAT ? REPLY_AFTER_BDAT : v->wrong, NULL);
	else if ((v->wants & NEEDS_ARG) && !n)
		dialogue_say(s, REPLY_ARGUMENT, NULL);
	else if ((v->wants & NO_ARG) && n)
		dialogue_say(s, REPLY_NO_ARGUMENT, NULL);
	else
		v->run(s, arg, n);
}

/* Control octets have no place in a command: nothing built from one can break a line. */
static bool is_garbage(char const *line, size_t n)
{
	return n == 0 || !ascii_is_alpha(line[0]) || ascii_has_control(line, n);
}

static void run_command(struct dialogue *s, char *line, size_t n)
{
	size_t verb = 0;
	while (n && ascii_is_blank(line[n - 1]))
		n--;
	while (verb < n && ascii_is_alpha(line[verb]))
		verb++;
	if (is_garbage(line, n) || (verb < n && (unsigned char)line[verb] >= 0x80)) {
		dialogue_say(s, REPLY_SYNTAX, NULL);
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
	dialogue_say(s, REPLY_UNKNOWN, NULL);
}

/* --- Lines --------------------------------------------------------------------------- */

static size_t line_limit(struct dialogue const *s, char const *p, size_t n)
{
	bool sasl = s->reading != READING_COMMANDS || (n > 4 && ascii_case_is(p, 4, "AUTH") && ascii_is_blank(p[4]));
	return sasl ? s->config->max_auth_line : s->config->max_line;
}

static void too_long(struct dialogue *s)
{
	s->reading = READING_COMMANDS;
	s->progress++;
	dialogue_say(s, REPLY_SYNTAX, NULL);
}

static void run_line(struct dialogue *s, char *line, size_t n)
{
	s->crlf = n && line[n - 1] == '\r';
	n -= s->crlf;
	s->progress++;
	if (s->reading == READING_COMMANDS)
		run_command(s, line, n);
	else
		dialogue_auth_line(s, line, n);
}

/* Takes one line off p[0..n), or drops a piece of one that is too long. Returns the
   octets taken; 0: there is no whole line. */
static size_t line_feed(struct dialogue *s, char *p, size_t n)
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
static void check_limits(struct dialogue *s)
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
	dialogue_say(s, r, NULL);
	dialogue_abandon(s);
	s->closing = true;
}

/* Each message of a burst may take the queue program's time. */
static bool is_over(struct dialogue *s)
{
	bool ask = s->queued;
	s->queued = false;
	return ask && s->hooks->over(s->hooks->arg);
}

enum dialogue_next dialogue_feed(struct dialogue *s, char *p, size_t n, size_t *used)
{
	size_t at = 0;
	while (!s->closing && at < n) {
		bool body = dialogue_in_body(s);
		size_t took = body ? dialogue_body_feed(s, p + at, n - at) : line_feed(s, p + at, n - at);
		at += took;
		if (took == 0)
			break;
		if (s->reading == READING_HANDSHAKE) {
			*used = n;
			return DIALOGUE_START_TLS;
		}
		if (!dialogue_in_body(s))
			check_limits(s);
		if (at < n && is_over(s))
			break;
	}
	*used = s->closing ? n : at;
	return s->closing ? DIALOGUE_CLOSE : DIALOGUE_READ;
}

/* --- Sessions ------------------------------------------------------------------------ */

void dialogue_start(struct dialogue *s, struct dialogue_config const *config, struct dialogue_hooks const *hooks,
	unsigned char const *key, bool tls)
{
	memset(s, 0, sizeof *s);
	s->config = config;
	s->hooks = hooks;
	s->tls = tls;
	num_fmt(s->size_text, config->max_size);
	rcptset_init(&s->rcpts, key);
	dialogue_say(s, REPLY_GREETING, NULL);
}

void dialogue_tls_started(struct dialogue *s)
{
	dialogue_abandon(s);
	s->tls = true;
	s->ehlo = s->logged_in = s->plan_known = false;
	s->helo[0] = 0;
	s->reading = READING_COMMANDS;
	s->scanned = 0;
	s->progress++;
	wipe(s->user, sizeof s->user);
}

bool dialogue_in_body(struct dialogue const *s)
{
	return s->reading == READING_BODY || s->reading == READING_CHUNK;
}

void dialogue_end(struct dialogue *s, enum dialogue_end why)
{
	if (s->closing)
		return;
	s->closing = true;
	if (s->phase == PHASE_DATA || s->phase == PHASE_BDAT)
		dialogue_body_lost(s, why);
	dialogue_abandon(s);
	if (why == DIALOGUE_TIMEOUT)
		dialogue_say(s, REPLY_TIMEOUT, NULL);
	else if (why == DIALOGUE_SHUTDOWN)
		dialogue_say(s, REPLY_SHUTDOWN, NULL);
}

void dialogue_free(struct dialogue *s)
{
	rcptset_free(&s->rcpts);
	wipe(s, sizeof *s);
}
