/* The dialogue: AUTH LOGIN and AUTH PLAIN (RFC 4954, 4616). */
#include "base/ascii.h"
#include "base/base64.h"
#include "smtp/sasl.h"
#include "smtp/dialogue.h"
#include "smtp/dialogue_verbs.h"
#include "base/wipe.h"
#include "base/utf8.h"

#include <string.h>

static void refuse(struct dialogue *s, char const *user, size_t n)
{
	struct dialogue_record record = {
		.verdict = "auth-failed", .user = user, .user_n = n,
		.ms = s->hooks->clock(s->hooks->arg) - s->began,
	};
	s->logins++;
	s->hooks->delay(s->hooks->arg);
	s->hooks->log(s->hooks->arg, s, &record);
	dialogue_say(s, REPLY_CREDENTIALS, NULL);
}

static void unavailable(struct dialogue *s, char const *user, size_t n)
{
	struct dialogue_record record = {
		.verdict = "auth-tempfail", .user = user, .user_n = n,
		.ms = s->hooks->clock(s->hooks->arg) - s->began,
	};
	s->hooks->log(s->hooks->arg, s, &record);
	dialogue_say(s, REPLY_LOGIN_DEAD, NULL);
}

/* A login is text: it stands in a field of the spool. */
static bool is_login(char const *user, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)user[i] <= 0x20 || user[i] == 0x7f)
			return false;
	return n > 0 && n <= DIALOGUE_USER && utf8_valid(user, n);
}

static void try_login(struct dialogue *s, char const *user, size_t un, char const *password, size_t pn)
{
	size_t plan = address_login_plan(user, un);
	if (!plan || !is_login(user, un) || memchr(password, 0, pn) || un + pn + 3 > DIALOGUE_CREDENTIALS) {
		refuse(s, user, un);
		return;
	}
	enum dialogue_lookup answer = s->hooks->login(s->hooks->arg, user, un, password, pn);
	if (answer == DIALOGUE_NO) {
		refuse(s, user, un);
	} else if (answer == DIALOGUE_UNKNOWN) {
		unavailable(s, user, un);
	} else {
		memmove(s->user, user, un);
		s->user[un] = 0;
		s->user_n = un;
		s->plan_at = plan;
		s->plan_known = false;
		s->logged_in = true;
		dialogue_say(s, REPLY_LOGGED_IN, NULL);
	}
}

static void plain_response(struct dialogue *s, char *line, size_t n)
{
	char const *user, *password;
	size_t un, pn;
	bool foreign;
	s->reading = READING_COMMANDS;
	if (!base64_decode(line, &n, line, n) || !sasl_plain(line, n, &user, &un, &password, &pn, &foreign))
		dialogue_say(s, REPLY_BASE64, NULL);
	else if (foreign)
		refuse(s, user, un);
	else
		try_login(s, user, un, password, pn);
}

/* One too long to be a login is kept as far as it goes: it fails, after the password. */
static void username_response(struct dialogue *s, char *line, size_t n)
{
	if (!base64_decode(line, &n, line, n)) {
		s->reading = READING_COMMANDS;
		dialogue_say(s, REPLY_BASE64, NULL);
		return;
	}
	s->user_n = n <= DIALOGUE_USER ? n : DIALOGUE_USER + 1;
	memcpy(s->user, line, s->user_n);
	s->reading = READING_PASSWORD;
	dialogue_say(s, REPLY_PASSWORD, NULL);
}

static void password_response(struct dialogue *s, char *line, size_t n)
{
	s->reading = READING_COMMANDS;
	if (!base64_decode(line, &n, line, n))
		dialogue_say(s, REPLY_BASE64, NULL);
	else
		try_login(s, s->user, s->user_n, line, n);
}

static void response(struct dialogue *s, char *line, size_t n)
{
	if (s->reading == READING_USERNAME)
		username_response(s, line, n);
	else if (s->reading == READING_PASSWORD)
		password_response(s, line, n);
	else
		plain_response(s, line, n);
}

void dialogue_auth_line(struct dialogue *s, char *line, size_t n)
{
	if (n == 1 && line[0] == '*') {
		s->reading = READING_COMMANDS;
		dialogue_say(s, REPLY_CANCELLED, NULL);
	} else {
		response(s, line, n);
	}
	wipe(line, n);
}

/* The mechanisms: how each starts, what it reads first, what it says when the client
   brought no initial response. */
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

void dialogue_auth(struct dialogue *s, char *arg, size_t n)
{
	size_t name = word_length(arg, n), at = name, i = 0;
	while (at < n && ascii_is_blank(arg[at]))
		at++;
	while (i < MECHANISMS && !ascii_case_is(arg, name, mechanisms[i].name))
		i++;
	if (s->phase != PHASE_IDLE)
		dialogue_say(s, REPLY_IN_TRANSACTION, NULL);
	else if (s->logged_in)
		dialogue_say(s, REPLY_AUTH_TWICE, NULL);
	else if (i == MECHANISMS)
		dialogue_say(s, REPLY_PARAMETER, NULL);
	else if (!s->tls && !s->config->cleartext)
		dialogue_say(s, REPLY_ENCRYPT, NULL);
	else if (at + word_length(arg + at, n - at) < n)
		dialogue_say(s, REPLY_ARGUMENT, NULL);
	else {
		s->began = s->hooks->clock(s->hooks->arg);
		s->reading = mechanisms[i].first;
		if (at == n)
			dialogue_say(s, mechanisms[i].challenge, NULL);
		else if (n - at == 1 && arg[at] == '=') /* RFC 4954 4: an empty response */
			response(s, arg + at, 0);
		else
			response(s, arg + at, n - at);
	}
	wipe(arg, n);
}
