/* saca-tlsd: TLS for a program that speaks on descriptors 0 and 1.

   Two processes come of it. The first, which the caller waits for, holds the key and the
   network, has given up its privileges, and moves octets; its exit code is the program's.
   The second becomes the program, and speaks UCSPI-TLS with the first: with -d it does so
   itself when it likes, and without -d the second process asks in its stead, before it
   becomes the program.

   With -d the key is read first, and the second process made by vfork: it shares our memory
   until its exec, reads nothing of it but its arguments, and takes none of it along. Where
   there is nothing to offer there is no second process. Without -d the second process waits
   for the client, whom we must not hear with the rights it takes to make it; so it is made
   by fork, before there is a key it could have a copy of. */
#define _GNU_SOURCE /* vfork */
#include "base/setid.h"
#include "base/exitcode.h"
#include "base/version.h"
#include "base/num.h"
#include "base/wait.h"
#include "ucspi/become.h"
#include "ucspi/peer.h"
#include "ucspi/environment.h"
#include "ucspi/starttls.h"
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
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define USAGE "saca-tlsd [-dqU] [-c certificate] [-g gid] [-k key] [-m 1.0|1.1|1.2] [-S cache] " \
	"[-t seconds] [-u uid] prog... | saca-tlsd -M entries -S cache"

enum { NOBODY = 65534, HANDSHAKE_S = 30, DAY_S = 86400, ENTRIES_MAX = 1 << 24 };

struct options {
	bool demand, quiet;
	char const *certfile, *keyfile, *cache;
	unsigned int min, seconds;
	uint64_t entries; /* 0: not -M */
	struct become_identity tls, program;
	char const *const *prog;
};

/* --- Options and variables ------------------------------------------------------------ */

static uint64_t number(char const *s, uint64_t min, uint64_t max, char const *what)
{
	uint64_t v;
	if (!num_scan(s, strlen(s), max, &v) || v < min)
		strerr_dief(EXIT_MISUSE, what, ": not a number in range: ", s);
	return v;
}

static unsigned int version(char const *s)
{
	if (strcmp(s, "1.0") == 0)
		return BR_TLS10;
	if (strcmp(s, "1.1") == 0)
		return BR_TLS11;
	if (strcmp(s, "1.2") != 0)
		strerr_dief(EXIT_MISUSE, "-m: neither 1.0 nor 1.1 nor 1.2: ", s);
	return BR_TLS12;
}

static unsigned int id(char const *s, char const *what)
{
	return (unsigned int)number(s, 1, UINT_MAX - 1, what);
}

/* Whom the TLS process becomes; root becomes somebody in any case. */
static unsigned int tls_id(char const *name)
{
	char const *s = getenv(name);
	if (s)
		return id(s, name);
	return geteuid() == 0 ? NOBODY : UINT_MAX;
}

/* As envuidgid(8) leaves it; of no use to the program, who will be it. */
static unsigned int id_from(char const *name)
{
	char const *s = getenv(name);
	if (!s)
		strerr_dief(EXIT_MISUSE, "-U: ", name, " is not set");
	unsigned int n = id(s, name);
	if (unsetenv(name) != 0)
		strerr_diefsys(EXIT_TEMPORARY, "cannot change the environment");
	return n;
}

static void check_program(struct become_identity who)
{
	bool user = who.uid != (uid_t)-1, group = who.gid != (gid_t)-1;
	if (user != group)
		strerr_dief(EXIT_MISUSE, "-u and -g are given together or not at all");
	if (user && geteuid() != 0)
		strerr_dief(EXIT_MISUSE, "-u and -g: only root can become somebody else");
}

static void read_options(struct options *o, int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	int c;
	*o = (struct options){.min = BR_TLS12, .seconds = HANDSHAKE_S, .program = {(uid_t)-1, (gid_t)-1},
		.certfile = getenv("CERTFILE"), .keyfile = getenv("KEYFILE")};
	while ((c = subgetopt_r(argc, argv, "dqc:g:k:m:t:u:S:M:UV", &l)) != -1) {
		switch (c) {
		case 'V': version_exit();
		case 'd': o->demand = true; break;
		case 'q': o->quiet = true; break;
		case 'c': o->certfile = l.arg; break;
		case 'g': o->program.gid = (gid_t)id(l.arg, "-g"); break;
		case 'k': o->keyfile = l.arg; break;
		case 'm': o->min = version(l.arg); break;
		case 't': o->seconds = (unsigned int)number(l.arg, 1, DAY_S, "-t"); break;
		case 'u': o->program.uid = (uid_t)id(l.arg, "-u"); break;
		case 'S': o->cache = l.arg; break;
		case 'M': o->entries = number(l.arg, 1, ENTRIES_MAX, "-M"); break;
		case 'U': o->program = (struct become_identity){(uid_t)id_from("UID"), (gid_t)id_from("GID")}; break;
		default: strerr_dieusage(EXIT_MISUSE, USAGE);
		}
	}
	if ((o->entries != 0) != (l.ind == argc) || (o->entries && !o->cache))
		strerr_dieusage(EXIT_MISUSE, USAGE);
	check_program(o->program);
	o->tls = (struct become_identity){(uid_t)tls_id("TLS_UID"), (gid_t)tls_id("TLS_GID")};
	o->prog = argv + l.ind;
}

/* What the TLS process needs to know. */
struct tls {
	int ctl, app; /* our ends */
	char ip[PEER_IP];
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
	if (!ok || !environment_complete())
		strerr_diefsys(EXIT_TEMPORARY, "cannot change the environment");
}

static void set_number(char const *name, int v)
{
	char digits[NUM_FMT];
	num_fmt(digits, (uint64_t)v);
	if (setenv(name, digits, 1) != 0)
		strerr_diefsys(EXIT_TEMPORARY, "cannot change the environment");
}

/* Low numbers mean something to others: 3 to checkpassword, 6 to a queue. */
static int duplicate(int fd)
{
	int n = fcntl(fd, F_DUPFD, 10);
	if (n < 0)
		strerr_diefsys(EXIT_TEMPORARY, "cannot duplicate a descriptor");
	return n;
}

/* Offers TLS to the program: two numbers for one socket, because a program may move either
   and close what it has moved. */
static void offer(int ctl, int app)
{
	clean_environment();
	set_number("SSLCTLFD", duplicate(ctl));
	set_number("SSLREADFD", duplicate(app));
	set_number("SSLWRITEFD", duplicate(app));
	if (setenv("UCSPITLS", "", 0) != 0) /* some older programs look for this */
		strerr_diefsys(EXIT_TEMPORARY, "cannot change the environment");
}

/* Waits for the handshake; the answer says what it has come to. */
static _Noreturn void await_tls(struct options const *o, int ctl, int app)
{
	struct starttls u = {.ctl = ctl, .in = app, .out = app};
	become_identity(o->program, PROG);
	clean_environment();
	if (!starttls_start(&u, WAIT_FOREVER))
		_exit(EXIT_REFUSED);
	become_program(o->prog, PROG);
}

/* --- The TLS process ------------------------------------------------------------------------ */

/* Everything that needs files. */
static bool prepare(struct tls *t, struct options const *o)
{
	struct keypair_fault fault;
	char const *why;
	if (!confine_can(o->tls.uid, o->tls.gid, &why)) {
		complain("cannot", why, errno);
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
	pump_init(&t->pump, &t->server, &t->sessions, 0, 1, t->app);
	return true;
}

/* 'y', 'Y', or 0 when the program has ended without asking. */
static char await_request(int ctl)
{
	char c;
	ssize_t r;
	do {
		r = read(ctl, &c, 1);
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
static bool answer(int ctl, struct server const *s)
{
	char text[512]; /* a server name is at most 255 octets */
	char const *name = server_name(s);
	size_t n = add(text, "SSL_PROTOCOL=", server_protocol(s));
	n += add(text + n, "SSL_CIPHER=", server_suite(s));
	if (name)
		n += add(text + n, "SSL_TLS_SNI_SERVERNAME=", name);
	text[n++] = 0;
	return send(ctl, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void report(struct options const *o, struct tls const *t, int e)
{
	char reason[REASON_MAX] = "timed out";
	struct keypair const *k = t->server.chosen;
	bool alert = e >= BR_ERR_RECV_FATAL_ALERT && e < BR_ERR_SEND_FATAL_ALERT;
	if (e != PUMP_TIMEOUT)
		reason_text(e, reason);
	if (!o->quiet)
		strerr_warn(PROG, ": ", t->ip, ": handshake failed: ", reason);
	if (k && alert && !keypair_matches(k)) /* it has complained of our signature */
		complain(k->keyfile, "is not the key of the certificate", 0);
}

/* From the request to the end of the session. The secrets go once they have served. */
static bool serve(struct options const *o, struct tls *t)
{
	char request = await_request(t->ctl);
	if (!request)
		return true;
	int e = pump_handshake(&t->pump, o->seconds * 1000);
	if (e != 0)
		report(o, t, e);
	certificates_free(&t->certs);
	sessions_close(&t->sessions);
	server_forget(&t->server);
	if (e != 0 || (request == 'Y' && !answer(t->ctl, &t->server)))
		return false;
	close(t->ctl);
	pump_run(&t->pump);
	return true;
}

static int exit_code(pid_t program)
{
	int status;
	while (waitpid(program, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_TEMPORARY;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Gives up what a stranger's octets must not reach, and serves. Returns our exit code; 0: the
   program's. */
static int confined(struct options const *o, struct tls *t)
{
	int const fds[] = {t->app, t->ctl, t->sessions.fd};
	char const *why;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN); /* it is the program that ends the session, and has a last word */
	if (confine_descriptors(fds, sizeof fds / sizeof *fds, &why)
			&& confine(o->tls.uid, o->tls.gid, &why))
		return serve(o, t) || o->demand ? 0 : EXIT_REFUSED;
	complain("cannot", why, errno);
	return o->demand ? 0 : EXIT_MISUSE;
}

/* The program hears of the session's end before we wait for its own. */
static int finish(struct tls *t, pid_t program, int code)
{
	int const ours[] = {0, 1, t->app, t->ctl};
	certificates_free(&t->certs);
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		close(ours[i]);
	int its = exit_code(program);
	return code ? code : its;
}

/* --- Both ----------------------------------------------------------------------------------- */

static int at_once(struct options const *o, struct tls *t, int ctl, int app)
{
	pid_t program = fork();
	if (program < 0)
		strerr_diefsys(EXIT_TEMPORARY, "cannot fork");
	if (program == 0) {
		close(t->ctl);
		close(t->app);
		await_tls(o, ctl, app);
	}
	close(ctl);
	close(app);
	return finish(t, program, prepare(t, o) ? confined(o, t) : EXIT_MISUSE);
}

static _Noreturn void become(struct options const *o)
{
	become_identity(o->program, PROG);
	become_program(o->prog, PROG);
}

/* Without a certificate the program finds sockets whose other end is closed. */
static int on_demand(struct options const *o, struct tls *t, int ctl, int app)
{
	bool ready = prepare(t, o);
	offer(ctl, app);
	if (!ready)
		become(o);
	pid_t program = vfork();
	if (program == 0)
		become(o);
	if (program < 0)
		strerr_diefsys(EXIT_TEMPORARY, "cannot fork");
	return finish(t, program, confined(o, t));
}

/* The numbers 0 to 2 are everybody's, and the cage counts on them. */
static void make_sockets(int ctl[2], int app[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, app) < 0
			|| socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ctl) < 0)
		strerr_diefsys(EXIT_TEMPORARY, "cannot make sockets");
	if (app[0] < 3)
		strerr_dief(EXIT_TEMPORARY, "descriptors 0, 1 or 2 are closed");
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-tlsd";
	setid_refuse();
	static struct tls tls;
	struct options o;
	int ctl[2], app[2];
	char const *why;
	read_options(&o, argc, argv);
	if (o.entries) {
		if (sessions_make(o.cache, o.entries, &why))
			return 0;
		complain(o.cache, why, errno);
		return EXIT_TEMPORARY;
	}
	make_sockets(ctl, app);
	tls.ctl = ctl[0];
	tls.app = app[0];
	peer_ip(tls.ip);
	signal(SIGCHLD, SIG_DFL);
	_exit(o.demand ? on_demand(&o, &tls, ctl[1], app[1]) : at_once(&o, &tls, ctl[1], app[1]));
}
