/* Makes a load of SMTP sessions on one address, in one process with epoll. Measures messages, or
   connections, a second.
     load [options] ADDRESS PORT
       -c sessions at once   -m messages in all   -p messages of a connection (0: as many
       as it takes)          -s octets of a message           -r recipients of a message
       -b MAIL, RCPT, DATA in one burst           -a user:password, for AUTH PLAIN
       -f sender             -e EHLO and QUIT only; then -m counts connections
       -t seconds: instead of -m, begin nothing new after that time
       -i hold: open -c sessions, say EHLO (and AUTH), print "ready", end at stdin's end
       -R hold before DATA: print the seconds the recipients took, go on at stdin's end
   Prints: messages or connections, seconds, and so many a second. Exit 1: the server did
   not answer as it should; 100: misuse; 111: a system call failed. */
#define _GNU_SOURCE
#include "session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct connection {
	struct session session;
	int fd;
	size_t out_at;
	bool writing, broken;
};

static struct plan plan = {.helo = "bench.example", .from = "remitente@example.com", .rcpts = 1, .hold = OVER};
static struct sockaddr_in server = {.sin_family = AF_INET};
static struct connection *connections;
static unsigned long total = 1000, started, ended, messages;
static unsigned long sessions = 8;
static bool connections_only;
static double seconds;
static int epoll;

static _Noreturn void die(int code, char const *what)
{
	fprintf(stderr, "load: %s%s%s\n", what, code == 111 ? ": " : "", code == 111 ? strerror(errno) : "");
	exit(code);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- The message ------------------------------------------------------------------------ */

#define HEAD "From: Remitente <remitente@example.com>\r\nTo: lista@example.org\r\nSubject: Carga\r\n" \
	"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=corte\r\n\r\n" \
	"--corte\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nHola.\r\n\r\n" \
	"--corte\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n<html><body>\r\n"
#define TAIL "</body></html>\r\n--corte--\r\n.\r\n"
#define LINE "<p>Las hojas caen, y el viento las lleva por la sierra hasta el rio.</p>\r\n"

/* Makes a message of about `size` octets: text, and HTML in lines of usual length. */
static void make_message(size_t size)
{
	size_t fixed = strlen(HEAD) + strlen(TAIL), line = strlen(LINE);
	size_t lines = size > fixed ? (size - fixed) / line : 0;
	char *m = malloc(fixed + lines * line + 1);
	if (!m)
		die(111, "out of memory");
	char *at = stpcpy(m, HEAD);
	while (lines--)
		at = stpcpy(at, LINE);
	at = stpcpy(at, TAIL);
	plan.message = m;
	plan.len = (size_t)(at - m);
}

/* --- Connections ------------------------------------------------------------------------ */

static void watch(struct connection *c, int how, bool writing)
{
	struct epoll_event e = {.events = EPOLLIN | (writing ? EPOLLOUT : 0U), .data = {.ptr = c}};
	if (epoll_ctl(epoll, how, c->fd, &e) < 0)
		die(111, "epoll_ctl");
	c->writing = writing;
}

static void open_connection(struct connection *c)
{
	int on = 1;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		die(111, "socket");
	if (setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		die(111, "TCP_NODELAY");
	if (connect(c->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS)
		die(111, "connect");
	session_start(&c->session, &plan);
	c->out_at = 0;
	watch(c, EPOLL_CTL_ADD, false);
	started++;
}

static bool more_to_open(void)
{
	return connections_only || seconds > 0 ? started < total : started * plan.per < total;
}

static void sent(struct connection *c, size_t n)
{
	struct session *s = &c->session;
	size_t of_out = n < s->out_len - c->out_at ? n : s->out_len - c->out_at;
	c->out_at += of_out;
	s->body += n - of_out;
	s->body_len -= n - of_out;
	if (c->out_at == s->out_len)
		c->out_at = s->out_len = 0;
}

static void speak(struct connection *c)
{
	struct session *s = &c->session;
	while (session_produce(s)) {
		struct iovec v[2] = {
			{s->out + c->out_at, s->out_len - c->out_at}, {(void *)(uintptr_t)s->body, s->body_len}};
		struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};
		ssize_t n = sendmsg(c->fd, &m, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			die(111, "send");
		if (n < 0) {
			if (!c->writing)
				watch(c, EPOLL_CTL_MOD, true);
			return;
		}
		sent(c, (size_t)n);
	}
	if (c->writing)
		watch(c, EPOLL_CTL_MOD, false);
	if (s->said.phase == QUIT && shutdown(c->fd, SHUT_WR) < 0) /* or Exim waits for it, 0.2 s */
		die(111, "shutdown");
}

static void close_connection(struct connection *c)
{
	if (c->session.answered.phase != OVER)
		die(1, "the server hung up");
	close(c->fd);
	ended++;
	if (more_to_open())
		open_connection(c);
}

static void listen_to(struct connection *c)
{
	static char in[65536];
	ssize_t n = recv(c->fd, in, sizeof in, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0 && errno != ECONNRESET)
		die(111, "receive");
	if (n <= 0) {
		close_connection(c);
		return;
	}
	unsigned int before = c->session.answered.messages;
	if (!session_feed(&c->session, in, (size_t)n)) {
		fprintf(stderr, "load: not expected: %s", c->session.line);
		exit(1);
	}
	messages += c->session.answered.messages - before;
	if (c->session.answered.phase == OVER)
		close_connection(c);
	else
		speak(c);
}

/* --- The run ---------------------------------------------------------------------------- */

static bool all_held(void)
{
	for (unsigned long i = 0; i < sessions; i++)
		if (!session_held(&connections[i].session))
			return false;
	return true;
}

/* Prints that all sessions have reached their phase, and waits for the end of stdin. */
static void rest(double since)
{
	char c;
	printf("ready %.6f\n", now() - since);
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	plan.hold = OVER;
	for (unsigned long i = 0; i < sessions; i++)
		speak(&connections[i]);
}

/* True if the time is over: then the load begins no message and opens no connection. */
static void time_is_up(void)
{
	total = 0;
	plan.per = 0;
	seconds = 0;
}

static void run(void)
{
	struct epoll_event events[64];
	double since = now();
	for (unsigned long i = 0; i < sessions && more_to_open(); i++)
		open_connection(&connections[i]);
	while (ended < started) {
		int n = epoll_wait(epoll, events, 64, 20000);
		if (n < 0 && errno != EINTR)
			die(111, "epoll_wait");
		if (n == 0)
			die(1, "the server has said nothing for 20 seconds");
		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;
			if (events[i].events & ~(unsigned int)EPOLLOUT)
				listen_to(c);
			else
				speak(c);
		}
		if (plan.hold != OVER && all_held())
			rest(since);
		if (seconds > 0 && now() - since >= seconds)
			time_is_up();
	}
	double took = now() - since;
	unsigned long done = connections_only ? ended : messages;
	printf("%lu %.6f %.1f\n", done, took, (double)done / took);
}

/* --- Options ---------------------------------------------------------------------------- */

static unsigned long number(char const *s, unsigned long max)
{
	char *end;
	errno = 0;
	unsigned long v = strtoul(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || errno || v > max)
		die(100, "a number was to be expected");
	return v;
}

/* RFC 4616: [authzid] NUL user NUL password, in base64. */
static char const *plain(char const *login)
{
	static char const digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static char out[512];
	unsigned char raw[303] = {0};
	char const *colon = strchr(login, ':');
	size_t n = strlen(login) + 1, o = 0;
	if (!colon || n > 300)
		die(100, "-a user:password");
	memcpy(raw + 1, login, n - 1);
	raw[1 + (colon - login)] = 0;
	for (size_t i = 0; i < n; i += 3) {
		unsigned int v = (unsigned int)raw[i] << 16 | (unsigned int)raw[i + 1] << 8 | raw[i + 2];
		for (size_t k = 0; k < 4; k++)
			out[o++] = i + k > n ? '=' : digits[v >> (18 - 6 * k) & 63];
	}
	out[o] = 0;
	return out;
}

static void option(int letter, size_t *size)
{
	switch (letter) {
	case 'c': sessions = number(optarg, 100000); break;
	case 'm': total = number(optarg, 1000000000); break;
	case 'p': plan.per = (unsigned int)number(optarg, 1000000000); break;
	case 's': *size = number(optarg, 1 << 30); break;
	case 'r': plan.rcpts = (unsigned int)number(optarg, 10000000); break;
	case 'a': plan.auth = plain(optarg); break;
	case 'f': plan.from = optarg; break;
	case 't': seconds = (double)number(optarg, 86400); break;
	case 'b': plan.burst = true; break;
	case 'e': connections_only = true; break;
	case 'i': connections_only = true; plan.hold = MAIL; break;
	case 'R': plan.hold = DATA; break;
	default: die(100, "usage: load [-c n] [-m n] [-p n] [-s n] [-r n] [-a user:password] [-f sender] [-t s] [-beiR] address port");
	}
}

int main(int argc, char **argv)
{
	size_t size = 10240;
	for (int o; (o = getopt(argc, argv, "c:m:p:s:r:a:f:t:beiR")) != -1;)
		option(o, &size);
	if (argc - optind != 2 || inet_pton(AF_INET, argv[optind], &server.sin_addr) != 1
			|| !sessions || !total || !plan.rcpts)
		die(100, "usage: load [options] address port");
	server.sin_port = htons((uint16_t)number(argv[optind + 1], 65535));
	if (seconds > 0)
		total = ULONG_MAX;
	if (plan.hold == MAIL)
		total = sessions;
	if (sessions > total)
		sessions = total;
	if (connections_only)
		plan.per = 0;
	else if (!plan.per)
		plan.per = seconds > 0 ? UINT_MAX : (unsigned int)((total + sessions - 1) / sessions);
	make_message(size);
	connections = calloc(sessions, sizeof *connections);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!connections || epoll < 0)
		die(111, "start");
	run();
	return 0;
}
