/* saca-tlsd: TLS for a program that speaks on descriptors 0 and 1.

   Two processes come of it. The first, which the caller waits for, holds the key and the
   network, has given up its privileges, and moves octets; its exit code is the program's.
   The second becomes the program, and speaks UCSPI-TLS with the first: with -d it does so
   itself when it likes, and without -d the second process asks in its stead, before it
   becomes the program. So there is one way through this file, not two. */
#define _GNU_SOURCE /* syscall */
#include "core/num.h"
#include "io/ucspi.h"
#include "io/ucspienv.h"
#include "io/ucspitls.h"
#include "tls/certificates.h"
#include "tls/confine.h"
#include "tls/pump.h"
#include "tls/reason.h"
#include "tls/server.h"
#include "tls/sessions.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define USAGE "saca-tlsd [-dq] [-c certificate] [-k key] [-m 1.0|1.1|1.2] [-t seconds] " \
	"[-S cache] prog... | saca-tlsd -M entries -S cache"

enum { REFUSED = 1, MISUSE = 100, FAILED = 111 };
enum { NOBODY = 65534, HANDSHAKE_S = 30, DAY_S = 86400, ENTRIES_MAX = 1 << 24 };

char const *PROG = "saca-tlsd";

struct options {
	bool demand, quiet;
	char const *certfile, *keyfile, *cache;
	unsigned int min, seconds;
	uint64_t entries; /* 0: not -M */
	uid_t uid;
	gid_t gid;
	char const *const *prog;
};

/* --- Options and variables ------------------------------------------------------------ */

static uint64_t number(char const *s, uint64_t min, uint64_t max, char const *what)
{
	uint64_t v;
	if (!num_scan(s, strlen(s), max, &v) || v < min)
		strerr_dief(MISUSE, what, ": not a number in range: ", s);
	return v;
}

static unsigned int version(char const *s)
{
	if (strcmp(s, "1.0") == 0)
		return BR_TLS10;
	if (strcmp(s, "1.1") == 0)
		return BR_TLS11;
	if (strcmp(s, "1.2") != 0)
		strerr_dief(MISUSE, "-m: neither 1.0 nor 1.1 nor 1.2: ", s);
	return BR_TLS12;
}

/* Whom the TLS process becomes; root becomes somebody in any case. -1: stays who it is. */
static unsigned int identity(char const *name)
{
	char const *s = getenv(name);
	if (s)
		return (unsigned int)number(s, 1, UINT_MAX - 1, name);
	return geteuid() == 0 ? NOBODY : UINT_MAX;
}

static void read_options(struct options *o, int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	int c;
	*o = (struct options){.min = BR_TLS12, .seconds = HANDSHAKE_S,
		.certfile = getenv("CERTFILE"), .keyfile = getenv("KEYFILE")};
	while ((c = subgetopt_r(argc, argv, "dqc:k:m:t:S:M:", &l)) != -1) {
		switch (c) {
		case 'd': o->demand = true; break;
		case 'q': o->quiet = true; break;
		case 'c': o->certfile = l.arg; break;
		case 'k': o->keyfile = l.arg; break;
		case 'm': o->min = version(l.arg); break;
		case 't': o->seconds = (unsigned int)number(l.arg, 1, DAY_S, "-t"); break;
		case 'S': o->cache = l.arg; break;
		case 'M': o->entries = number(l.arg, 1, ENTRIES_MAX, "-M"); break;
		default: strerr_dieusage(MISUSE, USAGE);
		}
	}
	if ((o->entries != 0) != (l.ind == argc) || (o->entries && !o->cache))
		strerr_dieusage(MISUSE, USAGE);
	o->uid = (uid_t)identity("TLS_UID");
	o->gid = (gid_t)identity("TLS_GID");
	o->prog = argv + l.ind;
}

/* What the TLS process needs to know. */
struct tls {
	struct server server;
	struct sessions sessions;
	struct pump pump;
	struct certificates certs;
};

static void complain(char const *file, char const *why, int error)
{
	strerr_warn(PROG, ": ", file, " ", why, error ? ": " : "", error ? strerror(error) : "");
}

/* --- The program's process ---------------------------------------------------------------- */

/* What was for us, and what another wrapper may have left. */
static void clean_environment(void)
{
	static char const *const names[] = {"TLS_UID", "TLS_GID", "SSL_PROTOCOL", "SSL_CIPHER",
		"SSL_TLS_SNI_SERVERNAME"};
	bool ok = certificates_unset();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		ok = ok && unsetenv(names[i]) == 0;
	if (!ok || !ucspienv_complete())
		strerr_diefsys(FAILED, "cannot change the environment");
}

static void set_number(char const *name, int v)
{
	char digits[NUM_FMT];
	num_fmt(digits, (uint64_t)v);
	if (setenv(name, digits, 1) != 0)
		strerr_diefsys(FAILED, "cannot change the environment");
}

/* Low numbers mean something to others: 3 to checkpassword, 6 to a queue. */
static int duplicate(int fd)
{
	int n = fcntl(fd, F_DUPFD, 10);
	if (n < 0)
		strerr_diefsys(FAILED, "cannot duplicate a descriptor");
	return n;
}

/* Offers TLS to the program: two numbers for one socket, because a program may move either
   and close what it has moved. */
static void offer(int ctl, int app)
{
	set_number("SSLCTLFD", duplicate(ctl));
	set_number("SSLREADFD", duplicate(app));
	set_number("SSLWRITEFD", duplicate(app));
	close(ctl);
	close(app);
	if (setenv("UCSPITLS", "", 0) != 0) /* some older programs look for this */
		strerr_diefsys(FAILED, "cannot change the environment");
}

/* ctl brings one octet when the TLS process is ready, and ends when it cannot be. */
static _Noreturn void become_program(struct options const *o, int ctl, int app)
{
	char c;
	ssize_t r;
	do {
		r = read(ctl, &c, 1);
	} while (r < 0 && errno == EINTR);
	clean_environment();
	if (o->demand) {
		offer(ctl, app);
	} else {
		struct ucspitls u = {.ctl = ctl, .in = app, .out = app};
		if (r != 1 || !ucspitls_start(&u, UINT_MAX))
			_exit(REFUSED);
	}
	execvp(o->prog[0], (char *const *)o->prog);
	strerr_diefsys(FAILED, "cannot run ", o->prog[0]);
}

/* --- The TLS process ------------------------------------------------------------------------ */

enum { APP = 3, CTL = 4 };

/* Our descriptors to fixed numbers; whatever else was inherited is the program's alone. */
static bool settle(int ctl, int app)
{
	int a = fcntl(app, F_DUPFD, CTL + 1), c = fcntl(ctl, F_DUPFD, CTL + 1);
	if (a < 0 || c < 0 || dup2(a, APP) < 0 || dup2(c, CTL) < 0)
		return false;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, CTL + 1, ~0U, 0) == 0)
		return true;
#endif
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	for (rlim_t fd = CTL + 1; fd < limit.rlim_cur; fd++)
		close((int)fd);
	return true;
}

/* Everything that needs files or rights, then the giving up of both. */
static bool prepare(struct tls *t, struct options const *o, int ctl, int app)
{
	struct keypair_fault fault;
	char const *why;
	if (!settle(ctl, app)) {
		complain("a descriptor", "cannot be moved", errno);
		return false;
	}
	if (!certificates_load(&t->certs, o->certfile, o->keyfile, &fault)) {
		complain(fault.file, fault.why, fault.error);
		return false;
	}
	t->sessions.fd = -1;
	if (o->cache && !sessions_open(&t->sessions, o->cache, &why))
		complain(o->cache, why, errno);
	if (!server_init(&t->server, t->certs.pairs, t->certs.n, o->min)) {
		complain("the system", "gives no randomness", 0);
		return false;
	}
	sessions_join(&t->sessions, &t->server);
	pump_init(&t->pump, &t->server, &t->sessions, 0, 1, APP);
	if (!confine(o->uid, o->gid, &why)) {
		complain("cannot", why, errno);
		return false;
	}
	return true;
}

/* 'y', 'Y', or 0 when the program has ended without asking. */
static char await_request(void)
{
	char c;
	ssize_t r;
	do {
		r = read(CTL, &c, 1);
	} while (r < 0 && errno == EINTR);
	if (r == 1 && c != 'y' && c != 'Y')
		strerr_warn(PROG, ": unknown command on the control socket");
	return r == 1 && (c == 'y' || c == 'Y') ? c : 0;
}

static size_t add(char *s, char const *name, char const *value)
{
	size_t n = strlen(name), m = strlen(value);
	memcpy(s, name, n);
	memcpy(s + n, value, m + 1);
	return n + m + 1;
}

/* The answer to 'Y': variables, each with its NUL, and one NUL more. */
static bool answer(struct server const *s)
{
	char text[512]; /* a server name is at most 255 octets */
	char const *name = server_name(s);
	size_t n = add(text, "SSL_PROTOCOL=", server_protocol(s));
	n += add(text + n, "SSL_CIPHER=", server_suite(s));
	if (name)
		n += add(text + n, "SSL_TLS_SNI_SERVERNAME=", name);
	text[n++] = 0;
	return send(CTL, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void report(struct options const *o, struct tls const *t, char const *ip, int e)
{
	char reason[REASON_MAX] = "timed out";
	struct keypair const *k = t->server.chosen;
	bool alert = e >= BR_ERR_RECV_FATAL_ALERT && e < BR_ERR_SEND_FATAL_ALERT;
	if (e != PUMP_TIMEOUT)
		reason_text(e, reason);
	if (!o->quiet)
		strerr_warn(PROG, ": ", ip, ": handshake failed: ", reason);
	if (k && alert && !keypair_matches(k)) /* it has complained of our signature */
		complain(k->keyfile, "is not the key of the certificate", 0);
}

/* From the request to the end of the session. The secrets go once they have served. */
static bool serve(struct options const *o, struct tls *t, char const *ip)
{
	char request = await_request();
	if (!request)
		return true;
	int e = pump_handshake(&t->pump, o->seconds * 1000);
	if (e != 0)
		report(o, t, ip, e);
	certificates_free(&t->certs);
	sessions_close(&t->sessions);
	server_forget(&t->server);
	if (e != 0 || (request == 'Y' && !answer(&t->server)))
		return false;
	close(CTL);
	pump_run(&t->pump);
	return true;
}

static int exit_code(pid_t program)
{
	int status;
	while (waitpid(program, &status, 0) < 0)
		if (errno != EINTR)
			return FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int become_tls(struct options const *o, pid_t program, int ctl, int app)
{
	static struct tls tls;
	char ip[UCSPI_IP];
	int code = 0;
	ucspi_remote_ip(ip);
	signal(SIGPIPE, SIG_IGN);
	if (!prepare(&tls, o, ctl, app))
		code = o->demand ? 0 : MISUSE;
	else if (send(CTL, "", 1, MSG_NOSIGNAL) == 1 && !serve(o, &tls, ip) && !o->demand)
		code = REFUSED;
	certificates_free(&tls.certs);
	static int const ours[] = {0, 1, APP, CTL};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		close(ours[i]);
	close(ctl); /* where they could not be moved */
	close(app);
	int its = exit_code(program);
	return code ? code : its;
}

int main(int argc, char const *const *argv)
{
	struct options o;
	int ctl[2], app[2];
	char const *why;
	read_options(&o, argc, argv);
	if (o.entries) {
		if (sessions_make(o.cache, o.entries, &why))
			return 0;
		complain(o.cache, why, errno);
		return FAILED;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ctl) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, app) < 0)
		strerr_diefsys(FAILED, "cannot make sockets");
	signal(SIGCHLD, SIG_DFL);
	pid_t program = fork();
	if (program < 0)
		strerr_diefsys(FAILED, "cannot fork");
	if (program > 0)
		_exit(become_tls(&o, program, ctl[0], app[0]));
	close(ctl[0]);
	close(app[0]);
	become_program(&o, ctl[1], app[1]);
}
