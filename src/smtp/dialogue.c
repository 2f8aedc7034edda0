/* The dialogue: sessions, lines, the table of verbs. */
#include "smtp/dialogue.h"

#include "base/ascii.h"
#include "base/num.h"
#include "base/wipe.h"
#include "smtp/dialogue_verbs.h"

#include <string.h>

/* --- Replies ------------------------------------------------------------------------- */

static void send_line(struct dialogue *d, enum reply r, char const *word, bool is_last)
{
	char line[REPLY_LINE];
	struct reply_words words = {
		.host = d->config->host,
		.brand = d->config->brand,
		.url = d->config->url,
		.date = d->config->date,
		.size = d->size_text,
		.word = word,
	};
	size_t n = reply_format(line, r, &words, is_last);
	d->hooks->reply(d->hooks->arg, line, n);
}

static void send_first_line(struct dialogue *d, enum reply r, char const *word)
{
	send_line(d, r, word, false);
}

void dialogue_reply(struct dialogue *d, enum reply r, char const *word)
{
	int code = reply_code(r);
	if ((code >= 500 && code <= 504) || code == 555)
		d->errors++;
	send_line(d, r, word, true);
}

/* Sends a line of the reply to EHLO. Keywords are protocol: they are not in the table of
   replies, which a platform may change. */
static void send_keyword(struct dialogue *d, char const *code, char const *keyword, char const *value)
{
	char line[REPLY_LINE];
	size_t n = 0;
	for (char const *part[] = {code, keyword, value, "\r\n", NULL}, **p = part; *p; p++) {
		size_t len = strlen(*p);
		memcpy(line + n, *p, len);
		n += len;
	}
	d->hooks->reply(d->hooks->arg, line, n);
}

char const *dialogue_protocol(struct dialogue const *d)
{
	static char const *const names[2][2][2] = {
		{{"ESMTP", "ESMTPA"}, {"ESMTPS", "ESMTPSA"}},
		{{"UTF8SMTP", "UTF8SMTPA"}, {"UTF8SMTPS", "UTF8SMTPSA"}},
	};
	if (!d->ehlo && !d->tls && !d->logged_in)
		return "SMTP";
	return names[d->utf8][d->tls][d->logged_in];
}

/* --- Verbs without a file of their own ---------------------------------------------------- */

static void keep_helo(struct dialogue *d, char const *arg, size_t n)
{
	size_t at = 0;
	while (at < n && at < DIALOGUE_HELO && !ascii_is_blank(arg[at])) {
		d->helo[at] = ascii_is_print(arg[at]) ? arg[at] : '?';
		at++;
	}
	d->helo[at] = 0;
}

static void run_helo(struct dialogue *d, char *arg, size_t n)
{
	dialogue_abandon(d);
	keep_helo(d, arg, n);
	d->ehlo = false;
	dialogue_reply(d, REPLY_HELO, d->helo);
}

static void run_ehlo(struct dialogue *d, char *arg, size_t n)
{
	bool can_login = !d->logged_in && (d->tls || d->config->cleartext);
	dialogue_abandon(d);
	keep_helo(d, arg, n);
	d->ehlo = true;
	send_first_line(d, REPLY_EHLO, d->helo);
	send_first_line(d, REPLY_REGISTERED, NULL);
	send_first_line(d, REPLY_CONDITIONS, NULL);
	if (can_login)
		send_keyword(d, "250-", "AUTH LOGIN PLAIN", "");
	send_keyword(d, "250-", "SIZE ", d->size_text);
	send_keyword(d, "250-", "HELP", "");
	if (!d->tls && d->hooks->tls(d->hooks->arg) == DIALOGUE_TLS_READY)
		send_keyword(d, "250-", "STARTTLS", "");
	send_keyword(d, "250-", "PIPELINING", "");
	send_keyword(d, "250-", "8BITMIME", "");
	send_keyword(d, "250-", "SMTPUTF8", "");
	send_keyword(d, can_login ? "250-" : "250 ", "CHUNKING", "");
	if (can_login)
		send_keyword(d, "250 ", "AUTH LOGIN PLAIN", "");
}

static void run_rset(struct dialogue *d, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_abandon(d);
	dialogue_reply(d, REPLY_OK, NULL);
}

static void run_noop(struct dialogue *d, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_reply(d, REPLY_OK, NULL);
}

static void run_quit(struct dialogue *d, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_abandon(d);
	dialogue_reply(d, REPLY_CLOSING, NULL);
	d->closing = true;
}

static void run_help(struct dialogue *d, char *arg, size_t n)
{
	(void)arg, (void)n;
	send_first_line(d, REPLY_HELP_COMMANDS, "EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP HELP VRFY QUIT");
	dialogue_reply(d, REPLY_HELP_URL, NULL);
}

static void run_vrfy(struct dialogue *d, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_reply(d, REPLY_VRFY, NULL);
}

static void run_unimplemented(struct dialogue *d, char *arg, size_t n)
{
	(void)arg, (void)n;
	dialogue_reply(d, REPLY_NOT_HERE, NULL);
}

static void run_starttls(struct dialogue *d, char *arg, size_t n)
{
	enum dialogue_tls tls = d->tls ? DIALOGUE_TLS_NONE : d->hooks->tls(d->hooks->arg);
	(void)arg;
	if (d->tls)
		dialogue_reply(d, REPLY_TLS_TWICE, NULL);
	else if (tls == DIALOGUE_TLS_NONE)
		dialogue_reply(d, REPLY_NO_TLS, NULL);
	else if (n)
		dialogue_reply(d, REPLY_NO_ARGUMENT, NULL);
	else if (d->phase != PHASE_IDLE)
		dialogue_reply(d, REPLY_IN_TRANSACTION, NULL);
	else if (tls == DIALOGUE_TLS_BROKEN)
		dialogue_reply(d, REPLY_TLS_DEAD, NULL);
	else {
		dialogue_reply(d, REPLY_START_TLS, NULL);
		d->reading = READING_HANDSHAKE;
	}
}

/* --- The table of verbs ------------------------------------------------------------ */

enum { IDLE = 1 << PHASE_IDLE, MAIL = 1 << PHASE_MAIL, RCPT = 1 << PHASE_RCPT, BDAT = 1 << PHASE_BDAT };
enum { ANY = IDLE | MAIL | RCPT | BDAT };
enum { NO_ARG = 1, NEEDS_ARG = 2, NEEDS_LOGIN = 4 };

static struct verb {
	char name[9];
	unsigned char phases, needs;
	enum reply wrong; /* the reply in another phase, except in PHASE_BDAT */
	void (*run)(struct dialogue *d, char *arg, size_t n);
} const verbs[] = {
	{"RCPT", MAIL | RCPT, NEEDS_LOGIN | NEEDS_ARG, REPLY_NEED_MAIL, dialogue_rcpt},
	{"MAIL", IDLE, NEEDS_LOGIN | NEEDS_ARG, REPLY_NESTED_MAIL, dialogue_mail},
	{"DATA", RCPT, NEEDS_LOGIN | NO_ARG, REPLY_NEED_RCPT, dialogue_data},
	{"BDAT", ANY, 0, REPLY_NEED_RCPT, dialogue_bdat},
	{"EHLO", ANY, NEEDS_ARG, REPLY_OK, run_ehlo},
	{"HELO", ANY, NEEDS_ARG, REPLY_OK, run_helo},
	{"AUTH", ANY, NEEDS_ARG, REPLY_OK, dialogue_auth},
	{"STARTTLS", ANY, 0, REPLY_OK, run_starttls},
	{"RSET", ANY, NO_ARG, REPLY_OK, run_rset},
	{"NOOP", ANY, 0, REPLY_OK, run_noop},
	{"QUIT", ANY, NO_ARG, REPLY_OK, run_quit},
	{"HELP", ANY, 0, REPLY_OK, run_help},
	{"VRFY", ANY, NEEDS_ARG, REPLY_OK, run_vrfy},
	{"EXPN", ANY, 0, REPLY_OK, run_unimplemented},
	{"TURN", ANY, 0, REPLY_OK, run_unimplemented},
	{"ETRN", ANY, 0, REPLY_OK, run_unimplemented},
};

static void run_verb(struct dialogue *d, struct verb const *v, char *arg, size_t n)
{
	if ((v->needs & NEEDS_LOGIN) && !d->logged_in)
		dialogue_reply(d, REPLY_AUTH_REQUIRED, NULL);
	else if (!(v->phases & 1 << d->phase))
		dialogue_reply(d, d->phase == PHASE_BDAT ? REPLY_AFTER_BDAT : v->wrong, NULL);
	else if ((v->needs & NEEDS_ARG) && !n)
		dialogue_reply(d, REPLY_ARGUMENT, NULL);
	else if ((v->needs & NO_ARG) && n)
		dialogue_reply(d, REPLY_NO_ARGUMENT, NULL);
	else
		v->run(d, arg, n);
}

/* Has the line control octets? They are refused, so that a text made from a command is always one
   line. */
static bool is_garbage(char const *line, size_t n)
{
	return n == 0 || !ascii_is_alpha(line[0]) || ascii_has_control(line, n);
}

static void run_command(struct dialogue *d, char *line, size_t n)
{
	size_t verb = 0;
	while (n && ascii_is_blank(line[n - 1]))
		n--;
	while (verb < n && ascii_is_alpha(line[verb]))
		verb++;
	if (is_garbage(line, n) || (verb < n && (unsigned char)line[verb] >= 0x80)) {
		dialogue_reply(d, REPLY_SYNTAX, NULL);
		return;
	}
	size_t at = verb;
	while (at < n && ascii_is_blank(line[at]))
		at++;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (ascii_case_is(line, verb, verbs[i].name) && (verb == n || at > verb)) {
			run_verb(d, &verbs[i], line + at, n - at);
			return;
		}
	dialogue_reply(d, REPLY_UNKNOWN, NULL);
}

/* --- Lines --------------------------------------------------------------------------- */

static size_t line_limit(struct dialogue const *d, char const *p, size_t n)
{
	bool has_credentials = d->reading != READING_COMMANDS
		|| (n > 4 && ascii_case_is(p, 4, "AUTH") && ascii_is_blank(p[4]));
	return has_credentials ? d->config->max_auth_line : d->config->max_line;
}

static void refuse_long_line(struct dialogue *d)
{
	d->reading = READING_COMMANDS;
	d->progress++;
	dialogue_reply(d, REPLY_SYNTAX, NULL);
}

static void run_line(struct dialogue *d, char *line, size_t n)
{
	d->crlf = n && line[n - 1] == '\r';
	n -= d->crlf;
	d->progress++;
	if (d->reading == READING_COMMANDS)
		run_command(d, line, n);
	else
		dialogue_auth_line(d, line, n);
}

/* Takes one line from p[0..n), or drops a piece of a line that is too long. Returns the octets
   taken; 0: the line has no end yet. */
static size_t feed_line(struct dialogue *d, char *p, size_t n)
{
	char *lf = n > d->scanned ? memchr(p + d->scanned, '\n', n - d->scanned) : NULL;
	size_t len = lf ? (size_t)(lf - p) + 1 : n;
	size_t limit = line_limit(d, p, n);
	if (d->skipping || len > limit || (!lf && len >= limit)) {
		wipe(p, len); /* it may be credentials */
		d->scanned = 0;
		d->skipping = !lf;
		if (lf)
			refuse_long_line(d);
		return len;
	}
	d->scanned = lf ? 0 : n;
	if (lf)
		run_line(d, p, len - 1);
	return lf ? len : 0;
}

/* Closes a session with too many errors or failed logins. */
static void check_limits(struct dialogue *d)
{
	enum reply r;
	if (d->closing)
		return;
	if (d->logins >= d->config->max_logins)
		r = REPLY_LOGINS;
	else if (d->errors >= d->config->max_errors)
		r = REPLY_ERRORS;
	else
		return;
	dialogue_reply(d, r, NULL);
	dialogue_abandon(d);
	d->closing = true;
}

/* Must the session end? Asks after each message of a burst, since the queue program may take
   long. */
static bool is_over(struct dialogue *d)
{
	bool ask = d->queued;
	d->queued = false;
	return ask && d->hooks->over(d->hooks->arg);
}

enum dialogue_next dialogue_feed(struct dialogue *d, char *p, size_t n, size_t *used)
{
	size_t at = 0;
	while (!d->closing && at < n) {
		bool body = dialogue_in_body(d);
		size_t took = body ? dialogue_body_feed(d, p + at, n - at) : feed_line(d, p + at, n - at);
		at += took;
		if (took == 0)
			break;
		if (d->reading == READING_HANDSHAKE) {
			wipe(p + at, n - at); /* commands in the clear are dropped: RFC 3207 section 4.2 */
			*used = n;
			return DIALOGUE_START_TLS;
		}
		if (!dialogue_in_body(d))
			check_limits(d);
		if (at < n && is_over(d))
			break;
	}
	*used = d->closing ? n : at;
	return d->closing ? DIALOGUE_CLOSE : DIALOGUE_READ;
}

/* --- Sessions ------------------------------------------------------------------------ */

void dialogue_start(struct dialogue *d, struct dialogue_config const *config, struct dialogue_hooks const *hooks,
	unsigned char const *key, bool tls)
{
	memset(d, 0, sizeof *d);
	d->config = config;
	d->hooks = hooks;
	d->tls = tls;
	num_fmt(d->size_text, config->max_size);
	rcptset_init(&d->rcpts, key);
	dialogue_reply(d, REPLY_GREETING, NULL);
}

void dialogue_tls_started(struct dialogue *d)
{
	dialogue_abandon(d);
	d->tls = true;
	d->ehlo = d->logged_in = d->plan_known = false;
	d->helo[0] = 0;
	d->reading = READING_COMMANDS;
	d->scanned = 0;
	d->progress++;
	wipe(d->user, sizeof d->user);
}

bool dialogue_in_body(struct dialogue const *d)
{
	return d->reading == READING_BODY || d->reading == READING_CHUNK;
}

void dialogue_end(struct dialogue *d, enum dialogue_end why)
{
	if (d->closing)
		return;
	d->closing = true;
	if (d->phase == PHASE_DATA || d->phase == PHASE_BDAT)
		dialogue_body_lost(d, why);
	dialogue_abandon(d);
	if (why == DIALOGUE_TIMEOUT)
		dialogue_reply(d, REPLY_TIMEOUT, NULL);
	else if (why == DIALOGUE_SHUTDOWN)
		dialogue_reply(d, REPLY_SHUTDOWN, NULL);
}

void dialogue_free(struct dialogue *d)
{
	rcptset_free(&d->rcpts);
	wipe(d, sizeof *d);
}
