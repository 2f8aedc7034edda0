/* saca-tlsd: TLS for a program that uses descriptors 0 and 1.

   There are two processes. The caller waits for the first one. It holds the key and the network, has
   given up its rights, moves octets, and exits with the code of the program. The second one becomes
   the program. It requests TLS from the first one by UCSPI-TLS: with -d the program does so when it
   wants, without -d saca-tlsd does so before it becomes the program.

   With -d the key is read first, and the second process is made by vfork(2), so that no copy of the
   key is made. Without a certificate there is no second process.

   Without -d the second process is made first, by fork(2), before a key is read. It cannot be made
   after the handshake: by then the first process must have no right to start processes. */
#define _GNU_SOURCE /* vfork */
#include "base/setid.h"
#include "base/exitcode.h"
#include "base/last.h"
#include "base/version.h"
#include "base/fd.h"
#include "base/message.h"
#include "base/num.h"
#include "base/option.h"
#include "base/wait.h"
#include "ucspi/become.h"
#include "ucspi/peer.h"
#include "ucspi/environment.h"
#include "ucspi/starttls.h"
#include "tls/certificates.h"
#include "tls/confine.h"
#include "tls/expiry.h"
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define USAGE "saca-tlsd [-dqU] [-c certificate] [-g gid] [-k key] [-m 1.0|1.1|1.2] [-S cache] " \
	"[-t seconds] [-u uid] prog... | saca-tlsd -M entries -S cache | saca-tlsd -x [-c certificate] [-k key]"

enum { NOBODY = 65534, HANDSHAKE_S = 30, DAY_S = 86400, ENTRIES_MAX = 1 << 24 };

struct options {
	bool demand, quiet;
	char const *certfile, *keyfile, *cache;
	unsigned int min, seconds;
	uint64_t entries; /* 0: not -M */
	bool expiry;      /* -x */
	struct become_identity tls, program;
	char const *const *prog;
};

/* --- Options and variables ------------------------------------------------------------ */

static unsigned int version_number(char const *s)
{
	if (strcmp(s, "1.0") == 0)
		return BR_TLS10;
	if (strcmp(s, "1.1") == 0)
		return BR_TLS11;
	if (strcmp(s, "1.2") != 0)
		strerr_dief(EXIT_MISUSE, "-m: not 1.0, 1.1 or 1.2: ", s);
	return BR_TLS12;
}

static unsigned int read_id(char const *s, char const *what)
{
	uint64_t v;
	if (!num_scan(s, strlen(s), UINT_MAX - 1, &v) || v == 0)
		strerr_dief(EXIT_MISUSE, what, ": not a number in range: ", s);
	return (unsigned int)v;
}

/* The user or group that the TLS process becomes. UINT_MAX: it stays the same; never for root. */
static unsigned int tls_id(char const *name)
{
	char const *s = getenv(name);
	if (s)
		return read_id(s, name);
	return geteuid() == 0 ? NOBODY : UINT_MAX;
}

/* Reads UID or GID, as envuidgid(8) sets them, and removes it. */
static unsigned int take_id(char const *name)
{
	char const *s = getenv(name);
	if (!s)
		strerr_dief(EXIT_MISUSE, "-U: ", name, " is not set");
	unsigned int n = read_id(s, name);
	if (unsetenv(name) != 0)
		strerr_diefusys(EXIT_TEMPORARY, "change the environment");
	return n;
}

static void check_identity(struct become_identity who)
{
	bool user = who.uid != (uid_t)-1, group = who.gid != (gid_t)-1;
	if (user != group)
		strerr_dief(EXIT_MISUSE, "-u and -g need each other");
	if (user && geteuid() != 0)
		strerr_dief(EXIT_MISUSE, "-u and -g: only root can become another user");
}

static void read_options(struct options *o, int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	int c;
	*o = (struct options){.min = BR_TLS12, .seconds = HANDSHAKE_S, .program = {(uid_t)-1, (gid_t)-1},
		.certfile = getenv("CERTFILE"), .keyfile = getenv("KEYFILE")};
	while ((c = subgetopt_r(argc, argv, "dqc:g:k:m:t:u:S:M:UVx", &l)) != -1) {
		switch (c) {
		case 'V': version_exit();
		case 'd': o->demand = true; break;
		case 'x': o->expiry = true; break;
		case 'q': o->quiet = true; break;
		case 'c': o->certfile = l.arg; break;
		case 'g': o->program.gid = (gid_t)read_id(l.arg, "-g"); break;
		case 'k': o->keyfile = l.arg; break;
		case 'm': o->min = version_number(l.arg); break;
		case 't': o->seconds = (unsigned int)option_number('t', l.arg, 1, DAY_S); break;
		case 'u': o->program.uid = (uid_t)read_id(l.arg, "-u"); break;
		case 'S': o->cache = l.arg; break;
		case 'M': o->entries = option_number('M', l.arg, 1, ENTRIES_MAX); break;
		case 'U': o->program = (struct become_identity){(uid_t)take_id("UID"), (gid_t)take_id("GID")}; break;
		default: strerr_dieusage(EXIT_MISUSE, USAGE);
		}
	}
	if ((o->entries != 0 || o->expiry) != (l.ind == argc) || (o->entries && (!o->cache || o->expiry)))
		strerr_dieusage(EXIT_MISUSE, USAGE);
	check_identity(o->program);
	o->tls = (struct become_identity){(uid_t)tls_id("TLS_UID"), (gid_t)tls_id("TLS_GID")};
	o->prog = argv + l.ind;
}

/* The state of the TLS process. */
struct tls {
	int ctl, app; /* the TLS process's ends of the sockets */
	char ip[PEER_IP];
	struct certificates certs;
	struct sessions sessions;
	struct server server;
	struct pump pump;

	/* buffers: see base/last.h */
	struct server_room room;
	union {
		struct keypair_text text; /* before the handshake */
		struct pump_room wire;    /* from then on */
	};
};

PLACED_LAST struct tls tls;

/* With -d the session goes on without TLS. */
static char const *severity(struct options const *o)
{
	return o->demand ? "warning" : "fatal";
}

static void warn_fault(char const *level, struct fault const *f)
{
	strerr_warn(PROG, ": ", level, ": unable to ", f->what, " ", f->file, ": ", fault_reason(f));
}

/* --- The program's process ---------------------------------------------------------------- */

/* Removes the variables for saca-tlsd and those of another wrapper, and adds the UCSPI variables. */
static void clean_environment(void)
{
	static char const *const names[] = {"TLS_UID", "TLS_GID", "SSL_PROTOCOL", "SSL_CIPHER",
		"SSL_TLS_SNI_SERVERNAME"};
	bool cleaned = certificates_unset();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		cleaned = cleaned && unsetenv(names[i]) == 0;
	if (!cleaned || !environment_complete())
		strerr_diefusys(EXIT_TEMPORARY, "change the environment");
}

static void set_number(char const *name, int v)
{
	char digits[NUM_FMT];
	num_fmt(digits, (uint64_t)v);
	if (setenv(name, digits, 1) != 0)
		strerr_diefusys(EXIT_TEMPORARY, "change the environment");
}

/* Duplicates above 9: checkpassword uses descriptor 3, a queue program 6. */
static int duplicate_high(int fd)
{
	int n = fcntl(fd, F_DUPFD, 10);
	if (n < 0)
		strerr_diefusys(EXIT_TEMPORARY, "duplicate a descriptor");
	return n;
}

/* Passes the offer of TLS to the program. The plaintext socket gets two numbers: a program may move one
   and close it. */
static void offer_tls(int ctl, int app)
{
	clean_environment();
	set_number("SSLCTLFD", duplicate_high(ctl));
	set_number("SSLREADFD", duplicate_high(app));
	set_number("SSLWRITEFD", duplicate_high(app));
	if (setenv("UCSPITLS", "", 0) != 0) /* some programs test this variable */
		strerr_diefusys(EXIT_TEMPORARY, "change the environment");
}

/* Without -d: waits for the handshake, then becomes the program. */
static _Noreturn void run_after_handshake(struct options const *o, int ctl, int app)
{
	struct starttls u = {.ctl = ctl, .in = app, .out = app};
	become_identity(o->program);
	clean_environment();
	if (!starttls_start(&u, WAIT_FOREVER))
		_exit(EXIT_REFUSED);
	become_program(o->prog);
}

/* --- The TLS process ------------------------------------------------------------------------ */

/* Does everything that needs files: keys, certificates, session cache. */
static bool prepare(struct tls *t, struct options const *o)
{
	struct fault fault;
	char const *what;
	if (!confine_is_possible(o->tls.uid, o->tls.gid, &what)) {
		message_unable(severity(o), what, "");
		return false;
	}
	if (!certificates_load(&t->certs, &t->text, o->certfile, o->keyfile, &fault)) {
		warn_fault(severity(o), &fault);
		return false;
	}
	t->sessions.fd = -1;
	if (o->cache && !sessions_open(&t->sessions, o->cache, &fault))
		warn_fault("warning", &fault);
	if (!server_init(&t->server, &t->room, t->certs.pairs, t->certs.n, o->min)) {
		strerr_warn(PROG, ": ", severity(o), ": unable to get random octets from the system");
		return false;
	}
	sessions_join(&t->sessions, &t->server);
	pump_init(&t->pump, &t->wire, &t->server, &t->sessions, 0, 1, t->app);
	return true;
}

/* Returns 'y', 'Y', or 0: the program has ended without a request. */
static char read_request(int ctl)
{
	char c;
	ssize_t r = fd_read(ctl, &c, 1);
	if (r == 1 && c != 'y' && c != 'Y')
		strerr_warn(PROG, ": warning: unknown command on the control socket");
	return r == 1 && (c == 'y' || c == 'Y') ? c : 0;
}

static size_t add_variable(char *s, char const *name, char const *value)
{
	size_t n = strlen(name), m = strlen(value);
	memcpy(s, name, n);
	memcpy(s + n, value, m + 1);
	return n + m + 1;
}

/* Sends the answer to 'Y': variables, each with its NUL, and one NUL more. */
static bool send_answer(int ctl, struct server const *s)
{
	char text[512]; /* a server name is at most 255 octets */
	char const *name = server_name(s);
	size_t n = add_variable(text, "SSL_PROTOCOL=", server_protocol(s));
	n += add_variable(text + n, "SSL_CIPHER=", server_suite(s));
	if (name)
		n += add_variable(text + n, "SSL_TLS_SNI_SERVERNAME=", name);
	text[n++] = 0;
	return send(ctl, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void report_handshake(struct options const *o, struct tls const *t, int e)
{
	char reason[REASON_MAX] = "timed out";
	if (e != PUMP_TIMEOUT)
		reason_text(e, reason);
	if (!o->quiet)
		strerr_warn(PROG, ": ", t->ip, ": handshake failed: ", reason);
}

/* Serves from the request to the end of the session. The secrets are wiped after the handshake. */
static bool serve(struct options const *o, struct tls *t)
{
	char request = read_request(t->ctl);
	if (!request)
		return true;
	int e = pump_handshake(&t->pump, o->seconds * 1000);
	if (e != 0)
		report_handshake(o, t, e);
	certificates_free(&t->certs);
	sessions_close(&t->sessions);
	server_forget(&t->server);
	if (e != 0 || (request == 'Y' && !send_answer(t->ctl, &t->server)))
		return false;
	close(t->ctl);
	pump_run(&t->pump);
	return true;
}

static int wait_for_program(pid_t program)
{
	int status;
	while (waitpid(program, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_TEMPORARY;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Gives up its rights, then serves. Returns the exit code; 0: that of the program. */
static int serve_confined(struct options const *o, struct tls *t)
{
	int const fds[] = {t->app, t->ctl, t->sessions.fd};
	char const *what;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN); /* the program ends the session, and may say why */
	if (confine_descriptors(fds, sizeof fds / sizeof *fds, &what)
			&& confine(o->tls.uid, o->tls.gid, &what))
		return serve(o, t) || o->demand ? 0 : EXIT_REFUSED;
	message_unable(severity(o), what, "");
	return o->demand ? 0 : EXIT_MISUSE;
}

/* Closes the sockets first: the program ends when it reads the end of its input. */
static int finish(struct tls *t, pid_t program, int code)
{
	int const ours[] = {0, 1, t->app, t->ctl};
	certificates_free(&t->certs);
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		close(ours[i]);
	int program_code = wait_for_program(program);
	return code ? code : program_code;
}

/* --- Both ----------------------------------------------------------------------------------- */

static int serve_at_once(struct options const *o, struct tls *t, int ctl, int app)
{
	pid_t program = fork();
	if (program < 0)
		strerr_diefusys(EXIT_TEMPORARY, "fork");
	if (program == 0) {
		close(t->ctl);
		close(t->app);
		run_after_handshake(o, ctl, app);
	}
	close(ctl);
	close(app);
	return finish(t, program, prepare(t, o) ? serve_confined(o, t) : EXIT_MISUSE);
}

static _Noreturn void run_program(struct options const *o)
{
	become_identity(o->program);
	become_program(o->prog);
}

/* Without a certificate the program gets sockets whose other ends are closed. */
static int serve_on_demand(struct options const *o, struct tls *t, int ctl, int app)
{
	bool ready = prepare(t, o);
	offer_tls(ctl, app);
	if (!ready)
		run_program(o);
	pid_t program = vfork();
	if (program == 0)
		run_program(o);
	if (program < 0)
		strerr_diefusys(EXIT_TEMPORARY, "fork");
	return finish(t, program, serve_confined(o, t));
}

/* Descriptors 0 to 2 must be open: confine() limits the process to them. */
static void make_sockets(int ctl[2], int app[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, app) < 0
			|| socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ctl) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "make sockets");
	if (app[0] < 3)
		strerr_dief(EXIT_TEMPORARY, "descriptors 0, 1 or 2 are closed");
}

/* Prometheus text: the days that each certificate is still valid, negative after its end. */
static int print_expiry(struct options const *o)
{
	struct certificates c;
	struct fault fault;
	int64_t end;
	if (!certificates_load(&c, &tls.text, o->certfile, o->keyfile, &fault)) {
		warn_fault("fatal", &fault);
		return EXIT_TEMPORARY;
	}
	printf("# TYPE saca_certificate_days gauge\n");
	for (size_t i = 0; i < c.n; i++) {
		if (!expiry_read(&c.pairs[i], &end))
			strerr_dief(EXIT_TEMPORARY, "unable to read the dates in ", c.pairs[i].certfile);
		printf("saca_certificate_days{name=\"%s\"} %.1f\n", c.pairs[i].name ? c.pairs[i].name : "",
			(double)(end - (int64_t)time(NULL)) / DAY_S);
	}
	certificates_free(&c);
	if (fflush(stdout) != 0)
		strerr_diefusys(EXIT_TEMPORARY, "write to standard output");
	return 0;
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-tlsd";
	setid_refuse();
	struct options o;
	int ctl[2], app[2];
	struct fault fault;
	read_options(&o, argc, argv);
	if (o.expiry)
		return print_expiry(&o);
	if (o.entries) {
		if (sessions_make(o.cache, o.entries, &fault))
			return 0;
		warn_fault("fatal", &fault);
		return EXIT_TEMPORARY;
	}
	make_sockets(ctl, app);
	tls.ctl = ctl[0];
	tls.app = app[0];
	peer_ip(tls.ip);
	signal(SIGCHLD, SIG_DFL);
	_exit(o.demand ? serve_on_demand(&o, &tls, ctl[1], app[1]) : serve_at_once(&o, &tls, ctl[1], app[1]));
}
