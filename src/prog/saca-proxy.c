/* saca-proxy: reads the PROXY header of a load balancer from descriptor 0, sets the UCSPI variables to
   the client's address, and becomes the program. It reads no octet after the header. A connection
   without a header is refused. */
#include "base/setid.h"
#include "base/exitcode.h"
#include "base/version.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/wait.h"
#include "ucspi/proxy.h"
#include "ucspi/peer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-proxy [-qs] [-t seconds] prog..."

enum { HEADER_S = 10, DAY_S = 86400 };

struct options {
	bool quiet, tls;
	unsigned int seconds;
};

static _Noreturn void refuse_client(struct options const *o, char const *why)
{
	char ip[PEER_IP];
	peer_ip(ip);
	if (!o->quiet)
		strerr_warn(PROG, ": ", ip, ": refused: ", why);
	_exit(EXIT_REFUSED);
}

/* --- The header ------------------------------------------------------------------------- */

static void wait_for_octets(struct options const *o, uint64_t deadline)
{
	int r = wait_for(0, POLLIN, deadline);
	if (r < 0)
		strerr_diefusys(EXIT_TEMPORARY, "wait for the header");
	if (r == 0)
		refuse_client(o, "timed out");
}

static void read_header(struct options const *o, struct proxy *p)
{
	uint64_t deadline = clock_ms() + o->seconds * UINT64_C(1000);
	proxy_start(p);
	for (size_t n; (n = proxy_want(p)) > 0;) {
		wait_for_octets(o, deadline);
		ssize_t r = read(0, p->s + p->len, n);
		if (r < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
			continue;
		if (r <= 0)
			refuse_client(o, r < 0 ? strerror(errno) : p->len ? "the header ends too early" : "no PROXY header");
		enum proxy_fault fault = proxy_take(p, (size_t)r);
		if (fault != PROXY_OK)
			refuse_client(o, proxy_reason(fault));
	}
}

/* --- The environment -------------------------------------------------------------------- */

static void set_variable(char const *prefix, char const *name, char const *value)
{
	char whole[32];
	stpcpy(stpcpy(whole, prefix), name);
	if ((value ? setenv(whole, value, 1) : unsetenv(whole)) != 0)
		strerr_diefusys(EXIT_TEMPORARY, "set the environment");
}

/* If e is NULL, unsets the variables. HOST and INFO describe the balancer: they are always unset. */
static void set_end(char const *proto, char const *side, struct proxy_end const *e)
{
	char prefix[16], port[NUM_FMT];
	stpcpy(stpcpy(prefix, proto), side);
	if (e)
		num_fmt(port, e->port);
	set_variable(prefix, "IP", e ? e->ip : NULL);
	set_variable(prefix, "PORT", e ? port : NULL);
	set_variable(prefix, "HOST", NULL);
	set_variable(prefix, "INFO", NULL);
}

/* Replaces the variables that describe the balancer. */
static void describe_client(struct proxy const *p)
{
	char const *found = getenv("PROTO");
	/* sslserver sets SSL, or SSL6 if it listens on IPv6: the connection is under TLS. */
	bool was_six = found && strcmp(found, "SSL6") == 0;
	bool six = was_six && strchr(p->remote.ip, ':');
	char const *proto = was_six || (found && strcmp(found, "SSL") == 0) ? "SSL" : "TCP";
	set_variable("", "PROTO", six ? "SSL6" : proto);
	set_end(proto, "REMOTE", &p->remote);
	set_end(proto, "LOCAL", &p->local);
	/* With SSL6 sslserver sets SSLREMOTEIP; programs that use PROTO read SSL6REMOTEIP. */
	if (was_six) {
		set_end("SSL6", "REMOTE", six ? &p->remote : NULL);
		set_end("SSL6", "LOCAL", six ? &p->local : NULL);
	}
	set_variable("", "REMOTE_ADDR", NULL);
	set_variable("", "REMOTE_PORT", NULL);
	set_variable("", "REMOTE_HOST", NULL);
}

static void describe_tls(struct proxy const *p)
{
	set_variable("", "SSL_PROTOCOL", *p->tls ? p->tls : NULL);
	set_variable("", "SSL_CIPHER", NULL);
	set_variable("", "SSL_TLS_SNI_SERVERNAME", NULL);
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-proxy";
	setid_refuse();
	static struct proxy p;
	struct options o = {.seconds = HEADER_S};
	subgetopt l = SUBGETOPT_ZERO;
	uint64_t v;
	for (int c; (c = subgetopt_r(argc, argv, "qst:V", &l)) != -1;) {
		switch (c) {
		case 'q': o.quiet = true; break;
		case 's': o.tls = true; break;
		case 't':
			if (!num_scan(l.arg, strlen(l.arg), DAY_S, &v) || v == 0)
				strerr_dief(EXIT_MISUSE, "-t: not a number in range: ", l.arg);
			o.seconds = (unsigned int)v;
			break;
		case 'V': version_exit();
		default: strerr_dieusage(EXIT_MISUSE, USAGE);
		}
	}
	argv += l.ind;
	if (!argv[0])
		strerr_dieusage(EXIT_MISUSE, USAGE);
	read_header(&o, &p);
	if (p.known)
		describe_client(&p);
	if (o.tls)
		describe_tls(&p);
	execvp(argv[0], (char *const *)argv);
	strerr_diefusys(EXIT_TEMPORARY, "run ", argv[0]);
}
