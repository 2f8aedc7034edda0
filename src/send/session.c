/* One SMTP session: see session.h. */
#define _GNU_SOURCE /* closefrom */
#include "send/session.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/num.h"

#include <curl/curl.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 30, SOCKET = 3, LENGTHS = 3, WAIT_MS = 1000 };

/* --- The parent's side ------------------------------------------------------------------- */

/* Writes all of it; SIGPIPE does not come. */
static bool send_all(int fd, void const *s, size_t n)
{
	char const *p = s;
	while (n) {
		ssize_t r = send(fd, p, n, MSG_NOSIGNAL);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return false;
		p += r;
		n -= (size_t)r;
	}
	return true;
}

/* Reads all of it. False: the peer has closed its end, or errno. */
static bool read_all(int fd, void *s, size_t n)
{
	char *p = s;
	while (n) {
		ssize_t r = fd_read(fd, p, n);
		if (r <= 0)
			return false;
		p += r;
		n -= (size_t)r;
	}
	return true;
}

bool session_give(int fd, char const *from, size_t from_len, char const *to, size_t to_len, char const *mail, size_t n)
{
	uint64_t length[LENGTHS] = {from_len, to_len, n};
	static char nul;
	struct iovec part[] = {{length, sizeof length}, {(void *)from, from_len}, {&nul, 1}, {(void *)to, to_len}, {&nul, 1},
		{(void *)mail, n}};
	struct msghdr message = {.msg_iov = part, .msg_iovlen = sizeof part / sizeof *part};
	/* In one call, so that the process wakes up once. */
	ssize_t r;
	do
		r = sendmsg(fd, &message, MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return false;
	size_t sent = (size_t)r, skipped = 0;
	bool done = true;
	for (size_t i = 0; done && i < sizeof part / sizeof *part; skipped += part[i++].iov_len) {
		size_t const at = sent > skipped ? sent - skipped : 0;
		if (at < part[i].iov_len)
			done = send_all(fd, (char const *)part[i].iov_base + at, part[i].iov_len - at);
	}
	return done;
}

bool session_read(int fd, struct session_result *result)
{
	return read_all(fd, result, sizeof *result);
}

static char const *after_scheme(char const *url)
{
	return !strncmp(url, "smtp://", 7) ? url + 7 : !strncmp(url, "smtps://", 8) ? url + 8 : NULL;
}

bool session_url_is_valid(char const *url)
{
	char const *host = after_scheme(url);
	uint64_t port;
	if (!host)
		return false;
	size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	for (size_t i = 0; host[i]; i++)
		if (!ascii_is_print(host[i]) || strchr("/?#@ ", host[i]))
			return false;
	if (n == 0 || n > strlen(host))
		return false;
	return !host[n] || (host[n] == ':' && num_scan(host + n + 1, strlen(host + n + 1), UINT16_MAX, &port) && port);
}

bool session_url_is_local(char const *url)
{
	char const *host = after_scheme(url);
	size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	return ascii_case_is(host, n, "localhost") || ascii_case_is(host, n, "[::1]")
		|| (n > 4 && !strncmp(host, "127.", 4) && strspn(host, "0123456789.") == n);
}

/* --- The process ------------------------------------------------------------------------- */

/* The phase of a dialogue: the command that was sent last. */
enum phase { PHASE_CONNECT, PHASE_MAIL, PHASE_RCPT, PHASE_DATA };

struct session {
	CURL *curl;
	CURLM *multi;
	enum phase phase;
	char const *mail;
	size_t at, n;        /* libcurl has mail[0..at) */
	bool all_given;      /* libcurl has asked for the last octet */
	bool accepted;       /* after that, the server said 2xx */
	bool quits;          /* QUIT was sent: the reply to it says nothing about the mail */
	int code;            /* of the last reply of 400 and above in this phase, or 0 */
	char text[SESSION_TEXT];
	char error[CURL_ERROR_SIZE];
};

static void copy_text(char out[SESSION_TEXT], char const *s, size_t n)
{
	size_t i = 0;
	for (; i < n && i + 1 < SESSION_TEXT; i++)
		out[i] = ascii_is_print(s[i]) ? s[i] : '?';
	out[i] = 0;
}

static void note_command(struct session *s, char const *line, size_t n)
{
	static struct {
		char const *verb;
		enum phase phase;
	} const commands[] = {{"MAIL FROM", PHASE_MAIL}, {"RCPT TO", PHASE_RCPT}, {"DATA", PHASE_DATA}};
	s->quits = n >= 4 && !memcmp(line, "QUIT", 4);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		size_t const len = strlen(commands[i].verb);
		if (n >= len && !memcmp(line, commands[i].verb, len)) {
			s->phase = commands[i].phase;
			s->code = 0;
		}
	}
}

static void note_reply(struct session *s, char const *line, size_t n)
{
	uint64_t code;
	while (n && (line[n - 1] == '\r' || line[n - 1] == '\n'))
		n--;
	if (s->quits || n < 3 || !num_scan(line, 3, 599, &code))
		return;
	/* A client goes by the first digit (RFC 5321, 4.2.1): libcurl takes 250 alone. */
	s->accepted = s->all_given && code / 100 == 2 && (n == 3 || line[3] == ' ');
	if (code < 400)
		return;
	s->code = (int)code;
	copy_text(s->text, line, n);
}

static int on_debug(CURL *curl, curl_infotype type, char *line, size_t n, void *arg)
{
	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		note_command(arg, line, n);
	else if (type == CURLINFO_HEADER_IN)
		note_reply(arg, line, n);
	return 0;
}

static size_t on_read(char *out, size_t size, size_t count, void *arg)
{
	struct session *s = arg;
	size_t n = size * count;
	if (n > s->n - s->at)
		n = s->n - s->at;
	memcpy(out, s->mail + s->at, n);
	s->at += n;
	if (s->at == s->n)
		s->all_given = true;
	return n;
}

static void judge(struct session const *s, CURLcode code, struct session_result *r)
{
	memset(r, 0, sizeof *r);
	if (code == CURLE_OK || s->accepted) {
		r->outcome = SESSION_HANDED;
		r->code = 250;
		return;
	}
	if (s->code) {
		r->code = s->code;
		memcpy(r->text, s->text, sizeof r->text);
		if (s->phase >= PHASE_RCPT)
			r->outcome = s->code >= 500 ? SESSION_REFUSED : SESSION_DEFERRED;
		else
			r->outcome = s->phase == PHASE_MAIL && s->code >= 500 ? SESSION_SENDER_REFUSED : SESSION_DOWN;
		return;
	}
	char const *why = s->error[0] ? s->error : curl_easy_strerror(code);
	copy_text(r->text, why, strlen(why));
	r->outcome = s->all_given ? SESSION_IN_DOUBT : s->phase >= PHASE_RCPT ? SESSION_LOST : SESSION_DOWN;
}

/* As curl_easy_perform does it, which ends a mail with its dot if poll(2) fails in the middle: the server
   would take what it has. Here the process ends, and so does the connection. */
static CURLcode perform(struct session *s)
{
	CURLcode code = curl_multi_add_handle(s->multi, s->curl) ? CURLE_FAILED_INIT : CURLE_OK;
	CURLMsg *message;
	int running = 0, left;
	if (code != CURLE_OK)
		return code;
	do {
		if (curl_multi_perform(s->multi, &running) || (running && curl_multi_wait(s->multi, NULL, 0, WAIT_MS, NULL)))
			_exit(EXIT_TEMPORARY);
	} while (running);
	while ((message = curl_multi_info_read(s->multi, &left)))
		code = message->data.result;
	curl_multi_remove_handle(s->multi, s->curl);
	return code;
}

static void deliver(struct session *s, char const *from, char const *to, struct session_result *r)
{
	struct curl_slist *list = curl_slist_append(NULL, to);
	s->phase = PHASE_CONNECT;
	s->at = 0;
	s->all_given = s->accepted = s->quits = false;
	s->code = 0;
	s->error[0] = 0;
	CURLcode code = list ? CURLE_OK : CURLE_OUT_OF_MEMORY;
	if (code == CURLE_OK)
		code = curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, from);
	if (code == CURLE_OK)
		code = curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, list);
	if (code == CURLE_OK)
		code = curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->n);
	if (code == CURLE_OK)
		code = perform(s);
	judge(s, code, r);
	curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(list);
}

/* Reads jobs until the parent's end is closed. */
static void serve(struct session *s)
{
	struct buf job = BUF_ZERO;
	uint64_t length[LENGTHS];
	while (read_all(SOCKET, length, sizeof length)) {
		struct session_result r;
		char *from, *to;
		/* both addresses with a NUL, and the mail */
		size_t const n = length[0] + length[1] + length[2] + 2;
		job.len = 0;
		if (!buf_reserve(&job, n))
			_exit(EXIT_TEMPORARY);
		from = job.s;
		to = from + length[0] + 1;
		s->mail = to + length[1] + 1;
		s->n = length[2];
		if (!read_all(SOCKET, job.s, n))
			break;
		deliver(s, from, to, &r);
		if (!send_all(SOCKET, &r, sizeof r))
			break;
	}
	buf_free(&job);
}

/* Sets the file with the login: $NETRC, else ~/.netrc. libcurl opens it before each mail, so it
   is set only if it exists. */
static bool set_netrc(CURL *c)
{
	char path[4096];
	char const *netrc = getenv("NETRC"), *home = getenv("HOME");
	if (!netrc && home && (size_t)snprintf(path, sizeof path, "%s/.netrc", home) < sizeof path && access(path, F_OK) == 0)
		netrc = path;
	return !netrc || (!curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL)
		&& !curl_easy_setopt(c, CURLOPT_NETRC_FILE, netrc));
}

static bool set_options(struct session *s, struct session_server const *server)
{
	char url[1024];
	char const *ca = getenv("SSL_CERT_FILE");
	bool local = session_url_is_local(server->url);
	long tls = server->require_tls ? CURLUSESSL_ALL : local ? CURLUSESSL_NONE : CURLUSESSL_TRY;
	CURL *c = s->curl;
	if ((size_t)snprintf(url, sizeof url, "%s/%s", server->url, server->host) >= sizeof url)
		return false;
	return !curl_easy_setopt(c, CURLOPT_URL, url)
		&& !curl_easy_setopt(c, CURLOPT_USE_SSL, tls)
		&& (!ca || !curl_easy_setopt(c, CURLOPT_CAINFO, ca))
		&& set_netrc(c)
		&& !curl_easy_setopt(c, CURLOPT_UPLOAD, 1L)
		&& !curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read)
		&& !curl_easy_setopt(c, CURLOPT_READDATA, s)
		&& !curl_easy_setopt(c, CURLOPT_VERBOSE, 1L)
		&& !curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_debug)
		&& !curl_easy_setopt(c, CURLOPT_DEBUGDATA, s)
		&& !curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->error)
		&& !curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L)
		&& !curl_easy_setopt(c, CURLOPT_PROXY, "")
		&& !curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS)
		&& !curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)server->patience)
		/* ends if the server stops reading */
		&& !curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L)
		&& !curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)server->patience);
}

static _Noreturn void run_session(int fd, struct session_server const *server)
{
	static struct session s;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t none;
	sigemptyset(&none);
	sigaction(SIGTERM, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (fd != SOCKET && dup2(fd, SOCKET) < 0)
		_exit(EXIT_TEMPORARY);
	closefrom(SOCKET + 1);
	/* libcurl's buffers of a mail are freed after each: the heap keeps them. One of them has 128 KB, which would
	   be mapped anew for each mail. */
	mallopt(M_TRIM_THRESHOLD, 16 << 20);
	mallopt(M_MMAP_THRESHOLD, 16 << 20);
	s.curl = curl_easy_init();
	s.multi = curl_multi_init();
	if (!s.curl || !s.multi || !set_options(&s, server))
		_exit(EXIT_TEMPORARY);
	serve(&s);
	curl_easy_cleanup(s.curl);
	curl_multi_cleanup(s.multi); /* says QUIT */
	_exit(0);
}

pid_t session_start(int *fd, struct session_server const *server)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0)
		run_session(pair[1], server);
	fd_close(pair[1]);
	if (pid < 0)
		fd_close(pair[0]);
	else
		*fd = pair[0];
	return pid;
}
