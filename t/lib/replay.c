/* replay: plays the client's side of an SMTP session, and compares the server's replies with the
   wanted ones.

	replay [-t seconds] -m mode dialogue command...

   dialogue.smtp has the octets of the client, dialogue.replies the lines of the replies, one a
   line and without the CR; `*` in them matches any octets. The command runs with descriptors 0
   and 1 on one socket. All modes must give the same replies:

	lockstep  line by line, each after the whole reply to the one before; bodies and
	          chunks in one piece
	burst     all in one piece
	octets    one octet at a time
	cut=SEED  in pieces of 1 to 1024 octets, random ones that SEED determines

   In the last two modes each read of the server gets one piece. Its socket is one of packets:
   a stream would sometimes join two pieces, since a read that has just emptied the stream
   looks once more before it returns.

   Faults are a reply line that does not end in CRLF or exceeds 512 octets, a server that exits
   with another code than 0, and a server that is still running after the time (20 s). Exit codes:
   0 no difference; 1 a difference, which is printed; 2 misuse, or a failed system call. */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPLY_LINE 512 /* octets: RFC 5321 4.5.3.1.5 */

struct text {
	char *s;
	size_t n;
};

static struct text script; /* the client's octets */
static struct text want;   /* the wanted replies */
static struct text got;    /* the replies */
static size_t answered;    /* octets of got that lockstep has waited for */
static int server;         /* the socket; -1: it is closed */
static pid_t child;
static struct timespec deadline;

static void stop_child(void)
{
	if (child > 0)
		kill(-child, SIGKILL);
}

static _Noreturn void die(int code, char const *format, ...)
{
	va_list args;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	stop_child();
	exit(code);
}

static void append(struct text *t, char const *s, size_t n)
{
	t->s = realloc(t->s, t->n + n + 1);
	if (!t->s)
		die(2, "out of memory");
	memcpy(t->s + t->n, s, n);
	t->n += n;
	t->s[t->n] = 0;
}

static struct text read_file(char const *base, char const *suffix)
{
	char path[4096], piece[65536];
	struct text t = {NULL, 0};
	if (snprintf(path, sizeof path, "%s%s", base, suffix) >= (int)sizeof path)
		die(2, "%s: the name is too long", base);
	FILE *f = fopen(path, "r");
	if (!f)
		die(2, "%s: %s", path, strerror(errno));
	append(&t, "", 0);
	for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
		append(&t, piece, n);
	if (ferror(f))
		die(2, "%s: %s", path, strerror(errno));
	fclose(f);
	return t;
}

static bool compare(void);

/* --- The server -------------------------------------------------------------------- */

/* type: SOCK_STREAM, or SOCK_SEQPACKET for a server that reads each piece alone. */
static void start_server(char **argv, int type)
{
	int pair[2];
	if (socketpair(AF_UNIX, type, 0, pair) < 0)
		die(2, "socketpair: %s", strerror(errno));
	fflush(NULL);
	child = fork();
	if (child < 0)
		die(2, "fork: %s", strerror(errno));
	if (child == 0) {
		setpgid(0, 0);
		close(pair[0]);
		if (dup2(pair[1], 0) < 0 || dup2(pair[1], 1) < 0)
			_exit(111);
		if (pair[1] > 1)
			close(pair[1]);
		signal(SIGPIPE, SIG_DFL);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(111);
	}
	setpgid(child, child);
	close(pair[1]);
	server = pair[0];
	if (fcntl(server, F_SETFL, O_NONBLOCK) < 0)
		die(2, "fcntl: %s", strerror(errno));
}

/* The milliseconds until the deadline, at most 2^31 - 1. */
static int time_left(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	long long ms = (deadline.tv_sec - now.tv_sec) * 1000LL + (deadline.tv_nsec - now.tv_nsec) / 1000000;
	if (ms <= 0) {
		compare();
		die(1, "the server is still running after the time");
	}
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* Reads what has arrived. A server that exits without reading everything resets the connection:
   its last replies may follow. */
static void read_replies(void)
{
	char piece[65536];
	while (server >= 0) {
		ssize_t r = read(server, piece, sizeof piece);
		if (r > 0) {
			append(&got, piece, (size_t)r);
			continue;
		}
		if (r < 0 && errno == ECONNRESET)
			continue;
		if (r < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (r < 0)
			die(2, "read: %s", strerror(errno));
		close(server);
		server = -1;
	}
}

/* Waits until there is something to read, or, if `room` is set, room to write. */
static void wait_for_io(bool room)
{
	struct pollfd p = {server, (short)(room ? POLLIN | POLLOUT : POLLIN), 0};
	if (poll(&p, 1, time_left()) < 0 && errno != EINTR)
		die(2, "poll: %s", strerror(errno));
	read_replies();
}

static void send_octets(char const *s, size_t n)
{
	while (n && server >= 0) {
		ssize_t w = send(server, s, n, MSG_NOSIGNAL);
		if (w >= 0) {
			s += w;
			n -= (size_t)w;
		} else if (errno == EAGAIN) {
			wait_for_io(true);
		} else if (errno == EPIPE || errno == ECONNRESET) {
			while (server >= 0) /* the server has stopped reading; its last replies may follow */
				wait_for_io(false);
		} else {
			die(2, "send: %s", strerror(errno));
		}
	}
}

/* --- The modes --------------------------------------------------------------------- */

/* True if a whole reply came after got[answered]; moves `answered` to its end. */
static bool reply_whole(void)
{
	for (size_t at = answered;;) {
		char const *s = got.s + at, *end = got.n > at ? memchr(s, '\n', got.n - at) : NULL;
		if (!end)
			return false;
		at += (size_t)(end + 1 - s);
		if (end - s < 4 || s[3] != '-') { /* RFC 5321 4.2.1 */
			answered = at;
			return true;
		}
	}
}

/* The length of a body with its final dot; 0: the script ends before it. crlf: how the line of
   DATA ended. */
static size_t body_length(char const *s, size_t n, bool crlf)
{
	static char const end[] = "\r\n.\r\n";
	if (crlf) {
		char const *p = n >= 3 && memcmp(s, end + 2, 3) == 0 ? s - 2 : memmem(s, n, end, 5);
		return p ? (size_t)(p + 5 - s) : 0;
	}
	for (size_t at = 0; at < n;) {
		char const *line = s + at, *lf = memchr(line, '\n', n - at);
		if (!lf)
			return 0;
		size_t len = (size_t)(lf + 1 - line);
		at += len;
		if (line[0] == '.' && (len == 2 || (len == 3 && line[1] == '\r')))
			return at;
	}
	return 0;
}

/* The octets after a BDAT line; 0 for another line, and for an invalid size. */
static size_t chunk_length(char const *line, size_t n)
{
	if (n < 6 || strncasecmp(line, "BDAT ", 5) != 0 || line[5] < '0' || line[5] > '9')
		return 0;
	errno = 0;
	unsigned long long size = strtoull(line + 5, NULL, 10); /* the script ends in a NUL */
	return errno ? 0 : (size_t)size;
}

/* The length of the next unit that gets a reply: a line, a body, or a BDAT line and its chunk. 0:
   the script ends in the middle of it, so no reply will come. */
static size_t next_length(char const *s, size_t n, bool body, bool *crlf)
{
	if (body)
		return body_length(s, n, *crlf);
	char const *lf = memchr(s, '\n', n);
	if (!lf)
		return 0;
	size_t line = (size_t)(lf + 1 - s), chunk = chunk_length(s, line);
	*crlf = lf > s && lf[-1] == '\r';
	return chunk <= n - line ? line + chunk : 0;
}

static void lockstep(uint32_t seed)
{
	(void)seed;
	bool crlf = false;
	for (size_t at = 0, n; at < script.n; at += n) {
		size_t reply = answered;
		while (server >= 0 && !reply_whole())
			wait_for_io(false);
		if (server < 0)
			return;
		bool body = answered >= reply + 3 && memcmp(got.s + reply, "354", 3) == 0;
		n = next_length(script.s + at, script.n - at, body, &crlf);
		send_octets(script.s + at, n ? n : script.n - at);
		if (!n)
			return;
	}
}

static void burst(uint32_t seed)
{
	(void)seed;
	send_octets(script.s, script.n);
}

static void in_pieces(uint32_t seed)
{
	uint32_t x = seed ? seed : 1; /* xorshift */
	for (size_t at = 0, n; at < script.n && server >= 0; at += n) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		n = seed ? 1 + (x >> 8) % (1u << (x % 11)) : 1; /* at most 1, 2, 4 ... 1024 */
		if (n > script.n - at)
			n = script.n - at;
		send_octets(script.s + at, n);
		read_replies();
	}
}

struct mode {
	void (*play)(uint32_t seed);
	uint32_t seed;
	int type; /* of the socket */
};

static struct mode read_mode(char const *name)
{
	unsigned int seed;
	char more;
	if (strcmp(name, "lockstep") == 0)
		return (struct mode){lockstep, 0, SOCK_STREAM};
	if (strcmp(name, "burst") == 0)
		return (struct mode){burst, 0, SOCK_STREAM};
	if (strcmp(name, "octets") == 0)
		return (struct mode){in_pieces, 0, SOCK_SEQPACKET};
	if (sscanf(name, "cut=%9u%c", &seed, &more) == 1 && seed)
		return (struct mode){in_pieces, seed, SOCK_SEQPACKET};
	die(2, "no such mode: %s", name);
}

static void play(struct mode m)
{
	m.play(m.seed);
	if (server >= 0 && shutdown(server, SHUT_WR) < 0 && errno != ENOTCONN)
		die(2, "shutdown: %s", strerror(errno));
	while (server >= 0)
		wait_for_io(false);
}

/* --- The verdict ------------------------------------------------------------------- */

/* Does s match p, in which `*` matches any octets? */
static bool matches(char const *p, size_t pn, char const *s, size_t n)
{
	size_t i = 0, j = 0, star = SIZE_MAX, from = 0;
	while (j < n) {
		if (i < pn && p[i] == '*') {
			star = i++;
			from = j;
		} else if (i < pn && p[i] == s[j]) {
			i++;
			j++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			j = ++from;
		} else {
			return false;
		}
	}
	while (i < pn && p[i] == '*')
		i++;
	return i == pn;
}

/* The line of t at *at, without its LF. *at becomes the start of the next line. */
static struct text line_at(struct text t, size_t *at)
{
	struct text line = {t.s + *at, t.n - *at};
	char const *lf = memchr(line.s, '\n', line.n);
	if (lf)
		line.n = (size_t)(lf - line.s);
	*at += line.n + (lf != NULL);
	return line;
}

static bool well_formed(struct text reply, bool ended)
{
	return ended && reply.n && reply.s[reply.n - 1] == '\r' && reply.n + 1 <= REPLY_LINE;
}

/* Compares the replies with the wanted ones. False: they differ; prints the lines that are the
   same, the wanted rest and the rest. */
static bool compare(void)
{
	size_t w = 0, g = 0;
	struct text all = {NULL, 0};
	append(&all, "", 0);
	while (w < want.n && g < got.n) {
		size_t w2 = w, g2 = g;
		struct text p = line_at(want, &w2), s = line_at(got, &g2);
		bool whole = well_formed(s, got.s[g2 - 1] == '\n');
		if (!whole || !matches(p.s, p.n, s.s, s.n - 1))
			break;
		append(&all, "  ", 2);
		append(&all, s.s, s.n - 1);
		append(&all, "\n", 1);
		w = w2;
		g = g2;
	}
	bool same = w == want.n && g == got.n;
	if (!same)
		fwrite(all.s, 1, all.n, stdout);
	free(all.s);
	while (w < want.n) {
		struct text p = line_at(want, &w);
		printf("- %.*s\n", (int)p.n, p.s);
	}
	while (g < got.n) {
		struct text s = line_at(got, &g);
		bool whole = well_formed(s, got.s[g - 1] == '\n');
		printf("+ %.*s%s\n", (int)(whole ? s.n - 1 : s.n), s.s,
			whole ? "" : "   <- no CRLF at its end, or over 512 octets");
	}
	return same;
}

/* Waits for the server to exit. */
static int wait_for_server(void)
{
	int status;
	pid_t r;
	while ((r = waitpid(child, &status, WNOHANG)) == 0)
		poll(NULL, 0, time_left() < 2 ? 1 : 2);
	if (r < 0)
		die(2, "waitpid: %s", strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	char const *mode = NULL;
	unsigned int seconds = 20;
	char more;
	for (int opt; (opt = getopt(argc, argv, "+t:m:")) != -1;)
		if (opt == 'm')
			mode = optarg;
		else if (opt != 't' || sscanf(optarg, "%6u%c", &seconds, &more) != 1 || !seconds)
			die(2, "usage: replay [-t seconds] -m mode dialogue command...");
	if (!mode || argc - optind < 2)
		die(2, "usage: replay [-t seconds] -m mode dialogue command...");
	script = read_file(argv[optind], ".smtp");
	want = read_file(argv[optind], ".replies");
	append(&got, "", 0);
	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += seconds;
	struct mode m = read_mode(mode);
	start_server(argv + optind + 1, m.type);
	play(m);
	int status = wait_for_server();
	bool good = compare();
	if (WIFSIGNALED(status))
		printf("the server was killed by signal %d\n", WTERMSIG(status));
	else if (status)
		printf("the server exited with %d\n", WEXITSTATUS(status));
	stop_child();
	free(script.s);
	free(want.s);
	free(got.s);
	return good && !status ? 0 : 1;
}
