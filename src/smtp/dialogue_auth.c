/* The dialogue: AUTH LOGIN and AUTH PLAIN (RFC 4954, 4616). */
#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "base/wipe.h"
#include "smtp/dialogue.h"
#include "smtp/dialogue_verbs.h"
#include "smtp/sasl.h"

#include <string.h>

static void log_login(struct dialogue *d, char const *verdict, char const *user, size_t n)
{
	struct dialogue_record record = {
		.verdict = verdict, .user = user, .user_n = n,
		.ms = d->hooks->clock(d->hooks->arg) - d->began,
	};
	d->hooks->log(d->hooks->arg, d, &record);
}

static void refuse_login(struct dialogue *d, char const *user, size_t n)
{
	d->logins++;
	d->hooks->delay(d->hooks->arg);
	log_login(d, "auth-failed", user, n);
	dialogue_reply(d, REPLY_CREDENTIALS, NULL);
}

/* Is it one word of UTF-8? A login becomes a header field of the spool's file. */
static bool is_login(char const *user, size_t n)
{
	return n > 0 && n <= DIALOGUE_USER && !ascii_has_space(user, n) && utf8_valid(user, n);
}

static void try_login(struct dialogue *d, char const *user, size_t un, char const *password, size_t pn)
{
	size_t plan = address_login_plan(user, un);
	if (!plan || !is_login(user, un) || memchr(password, 0, pn) || un + pn + 3 > DIALOGUE_CREDENTIALS) {
		refuse_login(d, user, un);
		return;
	}
	enum dialogue_lookup right = d->hooks->login(d->hooks->arg, user, un, password, pn);
	if (right == DIALOGUE_NO) {
		refuse_login(d, user, un);
	} else if (right == DIALOGUE_UNKNOWN) {
		log_login(d, "auth-tempfail", user, un);
		dialogue_reply(d, REPLY_LOGIN_DEAD, NULL);
	} else {
		memmove(d->user, user, un);
		d->user[un] = 0;
		d->user_n = un;
		d->plan_at = plan;
		d->plan_known = false;
		d->logged_in = true;
		dialogue_reply(d, REPLY_LOGGED_IN, NULL);
	}
}

static void take_plain(struct dialogue *d, char *line, size_t n)
{
	char const *user, *password;
	size_t un, pn;
	bool foreign;
	d->reading = READING_COMMANDS;
	if (!base64_decode(line, &n, line, n) || !sasl_plain(line, n, &user, &un, &password, &pn, &foreign))
		dialogue_reply(d, REPLY_BASE64, NULL);
	else if (foreign)
		refuse_login(d, user, un);
	else
		try_login(d, user, un, password, pn);
}

/* A name that is too long for a login is cut to DIALOGUE_USER + 1 octets: the login fails, but
   only after the password. */
static void take_username(struct dialogue *d, char *line, size_t n)
{
	if (!base64_decode(line, &n, line, n)) {
		d->reading = READING_COMMANDS;
		dialogue_reply(d, REPLY_BASE64, NULL);
		return;
	}
	d->user_n = n <= DIALOGUE_USER ? n : DIALOGUE_USER + 1;
	memcpy(d->user, line, d->user_n);
	d->reading = READING_PASSWORD;
	dialogue_reply(d, REPLY_PASSWORD, NULL);
}

static void take_password(struct dialogue *d, char *line, size_t n)
{
	d->reading = READING_COMMANDS;
	if (!base64_decode(line, &n, line, n))
		dialogue_reply(d, REPLY_BASE64, NULL);
	else
		try_login(d, d->user, d->user_n, line, n);
}

static void take_response(struct dialogue *d, char *line, size_t n)
{
	if (d->reading == READING_USERNAME)
		take_username(d, line, n);
	else if (d->reading == READING_PASSWORD)
		take_password(d, line, n);
	else
		take_plain(d, line, n);
}

void dialogue_auth_line(struct dialogue *d, char *line, size_t n)
{
	if (n == 1 && line[0] == '*') {
		d->reading = READING_COMMANDS;
		dialogue_reply(d, REPLY_CANCELLED, NULL);
	} else {
		take_response(d, line, n);
	}
	wipe(line, n);
}

/* A mechanism: the response it reads first, and the challenge before it if the client sends no
   initial response. */
static struct {
	char name[6];
	enum dialogue_reading first;
	enum reply challenge;
} const mechanisms[] = {
	{"LOGIN", READING_USERNAME, REPLY_USERNAME},
	{"PLAIN", READING_PLAIN, REPLY_CHALLENGE},
};
enum { MECHANISMS = sizeof mechanisms / sizeof *mechanisms };

static size_t word_length(char const *s, size_t n)
{
	size_t i = 0;
	while (i < n && !ascii_is_blank(s[i]))
		i++;
	return i;
}

void dialogue_auth(struct dialogue *d, char *arg, size_t n)
{
	size_t name = word_length(arg, n), at = name, i = 0;
	while (at < n && ascii_is_blank(arg[at]))
		at++;
	while (i < MECHANISMS && !ascii_case_is(arg, name, mechanisms[i].name))
		i++;
	if (d->phase != PHASE_IDLE)
		dialogue_reply(d, REPLY_IN_TRANSACTION, NULL);
	else if (d->logged_in)
		dialogue_reply(d, REPLY_AUTH_TWICE, NULL);
	else if (i == MECHANISMS)
		dialogue_reply(d, REPLY_PARAMETER, NULL);
	else if (!d->tls && !d->config->cleartext)
		dialogue_reply(d, REPLY_ENCRYPT, NULL);
	else if (at + word_length(arg + at, n - at) < n)
		dialogue_reply(d, REPLY_ARGUMENT, NULL);
	else {
		d->began = d->hooks->clock(d->hooks->arg);
		d->reading = mechanisms[i].first;
		if (at == n)
			dialogue_reply(d, mechanisms[i].challenge, NULL);
		else if (n - at == 1 && arg[at] == '=') /* an empty response: RFC 4954 section 4 */
			take_response(d, arg + at, 0);
		else
			take_response(d, arg + at, n - at);
	}
	wipe(arg, n);
}
