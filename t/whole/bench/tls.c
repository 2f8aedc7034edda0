/* A load of TLS on one address, with OpenSSL (TLS 1.2, which every server here has).
     tls full ADDRESS PORT processes handshakes     handshakes a second, none resumed
     tls resumed ADDRESS PORT processes handshakes  the same with the first one's session
     tls bulk ADDRESS PORT octets [user:password]   one message of so many octets into DATA: MB/s
     tls shop ADDRESS PORT processes seconds user:password
                                                    a session of a shop: TLS, login, one message of
                                                    10 KB, QUIT: sessions a second
     tls idle ADDRESS PORT sessions                 opens them, reads the greeting, prints
                                                    "ready", and ends at stdin's end
   Exit 1: the server failed; 100: misuse; 111: a system call failed. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in server = {.sin_family = AF_INET};
static SSL_CTX *ctx;

static _Noreturn void die(int code, char const *what)
{
	unsigned long e = ERR_get_error();
	fprintf(stderr, "tls: %s: %s\n", what,
		e ? ERR_reason_error_string(e) : code == 111 ? strerror(errno) : "not as it should be");
	_exit(code);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int dial(void)
{
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0
			|| connect(fd, (struct sockaddr *)&server, sizeof server) < 0)
		die(111, "connect");
	return fd;
}

static SSL *shake(SSL_SESSION *session)
{
	SSL *ssl = SSL_new(ctx);
	if (!ssl || (session && !SSL_set_session(ssl, session)) || !SSL_set_fd(ssl, dial()))
		die(111, "start TLS");
	if (SSL_connect(ssl) != 1)
		die(1, "handshake");
	return ssl;
}

/* Closes the connection without close_notify: only handshakes are measured. Resets it, so that no
   port stays in TIME_WAIT. */
static void drop(SSL *ssl)
{
	struct linger now_please = {.l_onoff = 1};
	int fd = SSL_get_fd(ssl);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now_please, sizeof now_please);
	SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* or the session is not used again */
	SSL_free(ssl);
	close(fd);
}

/* Reads one reply; s gets its last line. The first digit of its code must be `digit`. */
static void expect(SSL *ssl, char digit, char *s, size_t max)
{
	size_t n = 0, line = 0;
	for (;;) {
		int r = SSL_read(ssl, s + n, (int)(max - 1 - n));
		if (r <= 0)
			die(1, "no reply");
		n += (size_t)r;
		s[n] = 0;
		for (char *lf; (lf = strchr(s + line, '\n')); line = (size_t)(lf - s) + 1)
			if (n - line > 3 && s[line + 3] != '-') {
				if (s[line] == digit)
					return;
				fprintf(stderr, "tls: %s", s + line);
				exit(1);
			}
	}
}

static void say(SSL *ssl, char const *s, char digit)
{
	char reply[8192];
	if (s && SSL_write(ssl, s, (int)strlen(s)) <= 0)
		die(1, "write");
	expect(ssl, digit, reply, sizeof reply);
}

/* --- Handshakes ------------------------------------------------------------------------- */

static void handshakes(bool resume, unsigned long count)
{
	char greeting[1024];
	SSL *first = shake(NULL);
	expect(first, '2', greeting, sizeof greeting); /* a ticket may come with it */
	SSL_SESSION *session = resume ? SSL_get1_session(first) : NULL;
	drop(first);
	while (count--) {
		SSL *ssl = shake(session);
		if (resume != (SSL_session_reused(ssl) == 1))
			die(1, resume ? "session not resumed" : "session resumed");
		drop(ssl);
	}
}

static void in_processes(bool resume, unsigned long processes, unsigned long count)
{
	int status, bad = 0;
	double since = now();
	for (unsigned long i = 0; i < processes; i++) {
		pid_t pid = fork();
		if (pid < 0)
			die(111, "fork");
		if (pid == 0) {
			handshakes(resume, count / processes);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		bad |= status;
	double took = now() - since;
	unsigned long done = count / processes * processes;
	printf("%lu %.6f %.1f\n", done, took, (double)done / took);
	if (bad)
		exit(1);
}

/* --- Bulk ------------------------------------------------------------------------------- */

static void log_in(SSL *ssl, char const *login)
{
	char raw[256] = "", command[512] = "AUTH PLAIN ";
	size_t n = strlen(login);
	char const *colon = strchr(login, ':');
	if (!colon || n > 200)
		die(100, "user:password");
	memcpy(raw + 1, login, n);
	raw[1 + (colon - login)] = 0;
	EVP_EncodeBlock((unsigned char *)command + strlen(command), (unsigned char *)raw, (int)n + 1);
	strcat(command, "\r\n");
	say(ssl, command, '2');
}

#define HEAD "Subject: Carga\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=corte\r\n\r\n" \
	"--corte\r\nContent-Type: text/plain\r\n\r\nHola.\r\n--corte\r\nContent-Type: text/html\r\n\r\n"
#define TAIL "\r\n--corte--\r\n"

static void bulk(unsigned long octets, char const *login)
{
	static char const line[] = "Las hojas caen, y el viento las lleva por la sierra hasta el rio: a mar.\r\n";
	static char chunk[216 * (sizeof line - 1)];
	for (size_t i = 0; i < sizeof chunk; i += sizeof line - 1)
		memcpy(chunk + i, line, sizeof line - 1);
	SSL *ssl = shake(NULL);
	say(ssl, NULL, '2');
	say(ssl, "EHLO bench.example\r\n", '2');
	if (login)
		log_in(ssl, login);
	say(ssl, "MAIL FROM:<remitente@example.com>\r\n", '2');
	say(ssl, "RCPT TO:<usuario@example.org>\r\n", '2');
	say(ssl, "DATA\r\n", '3');
	double since = now();
	unsigned long sent = 0;
	if (SSL_write(ssl, HEAD, (int)strlen(HEAD)) <= 0)
		die(1, "write");
	for (; sent < octets; sent += sizeof chunk)
		if (SSL_write(ssl, chunk, sizeof chunk) <= 0)
			die(1, "write");
	say(ssl, TAIL ".\r\n", '2');
	double took = now() - since;
	printf("%lu %.6f %.1f\n", sent, took, (double)sent / took / 1e6);
	drop(ssl);
}

/* --- A shop's session ---------------------------------------------------------------------- */

static void shop_session(char const *login, char const *message)
{
	SSL *ssl = shake(NULL);
	say(ssl, NULL, '2');
	say(ssl, "EHLO bench.example\r\n", '2');
	log_in(ssl, login);
	say(ssl, "MAIL FROM:<remitente@example.com>\r\n", '2');
	say(ssl, "RCPT TO:<usuario@example.org>\r\n", '2');
	say(ssl, "DATA\r\n", '3');
	say(ssl, message, '2');
	say(ssl, "QUIT\r\n", '2');
	drop(ssl);
}

static void shop(unsigned long processes, double seconds, char const *login)
{
	static char const line[] = "Las hojas caen, y el viento las lleva por la sierra hasta el rio: a mar.\r\n";
	static char message[11000] = HEAD;
	int status, bad = 0, pipes[2];
	unsigned long done = 0, one;
	while (strlen(message) < 10240)
		strcat(message, line);
	strcat(message, TAIL ".\r\n");
	if (pipe(pipes) < 0)
		die(111, "pipe");
	double since = now();
	for (unsigned long i = 0; i < processes; i++) {
		pid_t pid = fork();
		if (pid < 0)
			die(111, "fork");
		if (pid == 0) {
			for (one = 0; now() - since < seconds; one++)
				shop_session(login, message);
			_exit(write(pipes[1], &one, sizeof one) != sizeof one);
		}
	}
	while (wait(&status) > 0)
		bad |= status;
	double took = now() - since;
	close(pipes[1]);
	while (read(pipes[0], &one, sizeof one) == sizeof one)
		done += one;
	printf("%lu %.6f %.1f\n", done, took, (double)done / took);
	if (bad)
		exit(1);
}

static void idle(unsigned long count)
{
	char greeting[1024], c;
	for (unsigned long i = 0; i < count; i++)
		expect(shake(NULL), '2', greeting, sizeof greeting);
	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
}

int main(int argc, char **argv)
{
	if (argc < 5 || inet_pton(AF_INET, argv[2], &server.sin_addr) != 1)
		return 100;
	server.sin_port = htons((uint16_t)strtoul(argv[3], NULL, 10));
	unsigned long n = strtoul(argv[4], NULL, 10), count = argc > 5 ? strtoul(argv[5], NULL, 10) : 0;
	ctx = SSL_CTX_new(TLS_client_method());
	if (!ctx || !SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) || !n)
		die(111, "start");
	if (strcmp(argv[1], "full") == 0)
		in_processes(false, n, count);
	else if (strcmp(argv[1], "resumed") == 0)
		in_processes(true, n, count);
	else if (strcmp(argv[1], "bulk") == 0)
		bulk(n, argc > 5 ? argv[5] : NULL);
	else if (strcmp(argv[1], "shop") == 0 && argc > 6)
		shop(n, (double)count, argv[6]);
	else if (strcmp(argv[1], "idle") == 0)
		idle(n);
	else
		return 100;
	return 0;
}
