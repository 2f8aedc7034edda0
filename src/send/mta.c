/* A connection to the mail server: see mta.h. libcurl could send the mails too, but without pipelining, and it
   looks for a dot at each octet: scripts/bench send is a third slower then. */
#include "send/mta.h"

#include "base/ascii.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/wait.h"

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 30, QUIT_MS = 5000, SERVICE_CLOSES = 421 };

static void copy_text(char out[SESSION_TEXT], char const *s, size_t n)
{
	size_t i = 0;
	for (; i < n && i + 1 < SESSION_TEXT; i++)
		out[i] = ascii_is_print(s[i]) ? s[i] : '?';
	out[i] = 0;
}

/* Closes without QUIT: after an error the server may be in the middle of a mail. */
static void hang_up(struct mta *m)
{
	curl_easy_cleanup(m->curl);
	m->curl = NULL;
}

/* --- Connecting -------------------------------------------------------------------------- */

/* Reads a line of the reply to EHLO, after its code. */
static void note_offer(struct mta *m, char const *s, size_t n)
{
	static char const *const names[MTA_OFFERS] = {[MTA_PIPELINING] = "PIPELINING", [MTA_SIZE] = "SIZE", [MTA_SMTPUTF8] = "SMTPUTF8"};
	size_t word = 0;
	while (word < n && s[word] != ' ')
		word++;
	for (size_t i = 0; i < MTA_OFFERS; i++)
		m->has[i] = m->has[i] || ascii_case_is(s, word, names[i]);
}

static int on_debug(CURL *curl, curl_infotype type, char *line, size_t n, void *arg)
{
	struct mta *m = arg;
	uint64_t code;
	(void)curl;
	while (n && (line[n - 1] == '\r' || line[n - 1] == '\n'))
		n--;
	if (type == CURLINFO_HEADER_OUT && n >= 4 && !memcmp(line, "EHLO", 4))
		memset(m->has, 0, sizeof m->has); /* offers made before STARTTLS are void */
	if (type != CURLINFO_HEADER_IN || n < 3 || !num_scan(line, 3, 599, &code))
		return 0;
	if (code == 250 && n > 4)
		note_offer(m, line + 4, n - 4);
	if (code >= 400) {
		m->code = (int)code;
		copy_text(m->text, line, n);
	}
	return 0;
}

/* Sets the file with the login: $NETRC, else ~/.netrc if it exists. */
static bool set_netrc(CURL *c)
{
	char path[4096];
	char const *netrc = getenv("NETRC"), *home = getenv("HOME");
	if (!netrc && home && (size_t)snprintf(path, sizeof path, "%s/.netrc", home) < sizeof path && access(path, F_OK) == 0)
		netrc = path;
	return !netrc || (!curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL)
		&& !curl_easy_setopt(c, CURLOPT_NETRC_FILE, netrc));
}

static bool set_options(struct mta *m, char *error)
{
	struct session_server const *server = m->server;
	char url[1024];
	char const *ca = getenv("SSL_CERT_FILE");
	bool local = session_url_is_local(server->url);
	long tls = server->require_tls ? CURLUSESSL_ALL : local ? CURLUSESSL_NONE : CURLUSESSL_TRY;
	CURL *c = m->curl;
	if ((size_t)snprintf(url, sizeof url, "%s/%s", server->url, server->host) >= sizeof url)
		return false;
	return !curl_easy_setopt(c, CURLOPT_URL, url)
		&& !curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L)
		&& !curl_easy_setopt(c, CURLOPT_USE_SSL, tls)
		&& (!ca || !curl_easy_setopt(c, CURLOPT_CAINFO, ca))
		&& set_netrc(c)
		&& !curl_easy_setopt(c, CURLOPT_VERBOSE, 1L)
		&& !curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_debug)
		&& !curl_easy_setopt(c, CURLOPT_DEBUGDATA, m)
		&& !curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error)
		&& !curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L)
		&& !curl_easy_setopt(c, CURLOPT_PROXY, "")
		&& !curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS)
		&& !curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)server->patience);
}

/* False: r says why. */
static bool connect_server(struct mta *m, struct session_result *r)
{
	char error[CURL_ERROR_SIZE] = "";
	CURLcode code = CURLE_OUT_OF_MEMORY;
	m->fd = CURL_SOCKET_BAD;
	m->code = 0;
	m->at = m->len = 0;
	m->wants_reset = false;
	memset(m->has, 0, sizeof m->has);
	m->curl = curl_easy_init();
	if (m->curl && set_options(m, error))
		code = curl_easy_perform(m->curl);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(m->curl, CURLINFO_ACTIVESOCKET, &m->fd);
	if (code == CURLE_OK && m->fd == CURL_SOCKET_BAD)
		code = CURLE_COULDNT_CONNECT;
	if (m->curl)
		curl_easy_setopt(m->curl, CURLOPT_ERRORBUFFER, NULL);
	if (code == CURLE_OK)
		return true;
	char const *why = error[0] ? error : curl_easy_strerror(code);
	r->outcome = SESSION_DOWN;
	r->code = m->code;
	if (m->code)
		memcpy(r->text, m->text, sizeof r->text);
	else
		copy_text(r->text, why, strlen(why));
	hang_up(m);
	return false;
}

/* --- Input and output -------------------------------------------------------------------- */

static uint64_t deadline_of(struct mta const *m)
{
	return clock_ms() + m->server->patience * UINT64_C(1000);
}

/* False: *why. */
static bool wait_for_server(struct mta *m, short events, uint64_t deadline, char const **why)
{
	int const r = wait_for(m->fd, events, deadline);
	if (r <= 0)
		*why = r ? "unable to wait for the server" : "the server does not answer in time";
	return r > 0;
}

static bool write_all(struct mta *m, char const *s, size_t n, char const **why)
{
	uint64_t deadline = deadline_of(m);
	while (n) {
		size_t sent = 0;
		CURLcode const code = curl_easy_send(m->curl, s, n, &sent);
		if (code == CURLE_AGAIN) {
			if (!wait_for_server(m, POLLOUT, deadline, why))
				return false;
			continue;
		}
		if (code != CURLE_OK) {
			*why = curl_easy_strerror(code);
			return false;
		}
		s += sent;
		n -= sent;
		deadline = deadline_of(m);
	}
	return true;
}

/* Reads more octets to m->in. */
static bool read_more(struct mta *m, uint64_t deadline, char const **why)
{
	memmove(m->in, m->in + m->at, m->len - m->at);
	m->len -= m->at;
	m->at = 0;
	if (m->len == sizeof m->in) {
		*why = "the server replies with a line that is too long";
		return false;
	}
	for (;;) {
		size_t got = 0;
		CURLcode const code = curl_easy_recv(m->curl, m->in + m->len, sizeof m->in - m->len, &got);
		m->len += got;
		if (code == CURLE_OK && got)
			return true;
		if (code != CURLE_AGAIN) {
			*why = code == CURLE_OK ? "the server closed the connection" : curl_easy_strerror(code);
			return false;
		}
		if (!wait_for_server(m, POLLIN, deadline, why))
			return false;
	}
}

/* Is the connection closed, or has the server said something between two mails? */
static bool is_stale(struct mta *m)
{
	size_t got;
	return m->at < m->len || curl_easy_recv(m->curl, m->in, sizeof m->in, &got) != CURLE_AGAIN;
}

/* The last line of a reply; it is in m->in until the next one is read. */
struct reply {
	int code;
	char const *line;
	size_t n;
};

/* Reads a reply, all its lines. False: *why. */
static bool read_reply(struct mta *m, struct reply *reply, char const **why)
{
	uint64_t const deadline = deadline_of(m);
	for (;;) {
		uint64_t code;
		char const *s = m->in + m->at, *lf = memchr(s, '\n', m->len - m->at);
		if (!lf) {
			if (!read_more(m, deadline, why))
				return false;
			continue;
		}
		size_t n = (size_t)(lf - s);
		m->at += n + 1;
		while (n && s[n - 1] == '\r')
			n--;
		if (n < 3 || !num_scan(s, 3, 599, &code) || (n > 3 && s[3] != ' ' && s[3] != '-')) {
			*why = "the server's reply is not SMTP";
			return false;
		}
		if (n > 3 && s[3] == '-')
			continue;
		*reply = (struct reply){(int)code, s, n};
		return true;
	}
}

/* --- A mail ------------------------------------------------------------------------------ */

enum step { STEP_RSET, STEP_MAIL, STEP_RCPT, STEP_DATA, STEP_END };

/* Writes the commands of a mail to m->commands; end[step] is where each ends. The one of STEP_RSET may be empty. */
static bool write_commands(struct mta *m, size_t end[STEP_END], char const *from, char const *to, size_t n)
{
	struct buf *c = &m->commands;
	char size[NUM_FMT];
	num_fmt(size, n);
	c->len = 0;
	bool done = !m->wants_reset || buf_puts(c, "RSET\r\n");
	end[STEP_RSET] = c->len;
	done = done && buf_puts(c, "MAIL FROM:<") && buf_puts(c, from) && buf_puts(c, ">")
		&& (!m->has[MTA_SIZE] || (buf_puts(c, " SIZE=") && buf_puts(c, size)))
		&& (!m->has[MTA_SMTPUTF8] || (ascii_only(from, strlen(from)) && ascii_only(to, strlen(to))) || buf_puts(c, " SMTPUTF8"))
		&& buf_puts(c, "\r\n");
	end[STEP_MAIL] = c->len;
	done = done && buf_puts(c, "RCPT TO:<") && buf_puts(c, to) && buf_puts(c, ">\r\n");
	end[STEP_RCPT] = c->len;
	done = done && buf_puts(c, "DATA\r\n");
	end[STEP_DATA] = c->len;
	return done;
}

/* Sets the outcome if the reply to a step did not come, or makes no sense. Returns false. */
static bool judge_silence(struct session_result *r, enum step step, char const *why)
{
	copy_text(r->text, why, strlen(why));
	r->outcome = step == STEP_END ? SESSION_IN_DOUBT : step >= STEP_RCPT ? SESSION_LOST : SESSION_DOWN;
	return false;
}

/* True: the server says yes. The first digit of a reply decides (RFC 5321 4.2.1). */
static bool judge_reply(struct session_result *r, enum step step, struct reply const *reply)
{
	if (reply->code / 100 == (step == STEP_DATA ? 3 : 2))
		return true;
	if (reply->code < 400)
		return judge_silence(r, step, "the code of the server's reply does not fit the command");
	r->code = reply->code;
	copy_text(r->text, reply->line, reply->n);
	if (step >= STEP_RCPT)
		r->outcome = r->code >= 500 ? SESSION_REFUSED : SESSION_DEFERRED;
	else
		r->outcome = step == STEP_MAIL && r->code >= 500 ? SESSION_SENDER_REFUSED : SESSION_DOWN;
	return false;
}

/* Reads the replies to the commands after `step`. True: the server waits for the next command. */
static bool read_rest(struct mta *m, enum step step)
{
	struct reply reply = {.code = 500};
	char const *why;
	while (++step <= STEP_DATA)
		if (!read_reply(m, &reply, &why))
			return false;
	return reply.code >= 400 && reply.code != SERVICE_CLOSES;
}

/* Sends the commands and reads their replies. True: the server waits for the mail. */
static bool begin_mail(struct mta *m, size_t const end[STEP_END], struct session_result *r)
{
	bool const together = m->has[MTA_PIPELINING];
	char const *why;
	size_t sent = 0;
	for (enum step step = m->wants_reset ? STEP_RSET : STEP_MAIL; step <= STEP_DATA; step++) {
		struct reply reply;
		size_t const to = end[together ? STEP_DATA : step];
		if (!write_all(m, m->commands.s + sent, to - sent, &why) || !read_reply(m, &reply, &why)) {
			hang_up(m);
			return judge_silence(r, step, why);
		}
		sent = to;
		if (judge_reply(r, step, &reply))
			continue;
		m->wants_reset = true;
		if (!r->code || r->outcome == SESSION_DOWN || r->code == SERVICE_CLOSES || (together && !read_rest(m, step)))
			hang_up(m);
		return false;
	}
	m->wants_reset = false;
	return true;
}

/* Sends the mail and reads the reply to it. */
static void end_mail(struct mta *m, char const *mail, size_t n, struct session_result *r)
{
	bool const early = m->at < m->len; /* a reply before the mail: later ones would be taken for those of the next mail */
	struct reply reply;
	char const *why;
	bool const sent = write_all(m, mail, n, &why);
	if (!sent || !read_reply(m, &reply, &why)) {
		judge_silence(r, sent ? STEP_END : STEP_DATA, why);
		hang_up(m);
		return;
	}
	if (judge_reply(r, STEP_END, &reply)) {
		r->outcome = SESSION_HANDED;
		r->code = 250;
	}
	if (early || !r->code || r->code == SERVICE_CLOSES)
		hang_up(m);
}

void mta_send(struct mta *m, char const *from, char const *to, char const *mail, size_t n, struct session_result *r)
{
	size_t end[STEP_END];
	memset(r, 0, sizeof *r);
	if (m->curl && is_stale(m))
		hang_up(m);
	if (!m->curl && !connect_server(m, r))
		return;
	if (!write_commands(m, end, from, to, n - strlen(MTA_END)))
		judge_silence(r, STEP_MAIL, "out of memory");
	else if (begin_mail(m, end, r))
		end_mail(m, mail, n, r);
}

void mta_quit(struct mta *m)
{
	char const *why;
	/* The server has all mails: its answer changes nothing. */
	if (m->curl && write_all(m, "QUIT\r\n", strlen("QUIT\r\n"), &why))
		(void)wait_for(m->fd, POLLIN, clock_ms() + QUIT_MS);
	hang_up(m);
	buf_free(&m->commands);
}
