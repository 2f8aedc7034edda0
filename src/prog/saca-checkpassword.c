/* saca-checkpassword: checks a login against passwords.cdb. In the line it has the checkpassword
   interface (https://cr.yp.to/checkpwd/interface.html); with -S it is a service. */
#include "accounts/check.h"
#include "accounts/hashslot.h"
#include "accounts/loginservice.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/num.h"
#include "base/setid.h"
#include "base/version.h"
#include "base/wipe.h"
#include "service/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/exec.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-checkpassword [-L lockfile] [-n hashes] passwords.cdb [prog...]  or  " \
	"saca-checkpassword -S [-n hashes] [-k ticket.key] [-m minutes] [-f failures] passwords.cdb  or  " \
	"saca-checkpassword -t socket"

enum { INPUT_FD = 3, MINUTES_MAX = 1440, FAILURES_MAX = 1000000 };

struct options {
	bool is_service;
	char const *lock, *asked; /* -L, -t */
	struct loginservice service;
};

/* --- In the line --------------------------------------------------------------------------- */

/* Reads descriptor 3 to its end. */
static void read_login(struct check_login *login)
{
	char more;
	ssize_t r;
	while ((r = login->n < CHECK_BLOCK ? fd_read(INPUT_FD, login->block + login->n, CHECK_BLOCK - login->n)
			: fd_read(INPUT_FD, &more, 1)) > 0) {
		if (login->n == CHECK_BLOCK)
			strerr_dief(EXIT_BAD_INTERFACE, "more than 512 octets on descriptor 3");
		login->n += (size_t)r;
	}
	if (r < 0)
		strerr_diefusys(EXIT_TEMPORARY, "read descriptor 3");
	close(INPUT_FD);
	if (!check_read(login))
		strerr_dief(EXIT_BAD_INTERFACE, "no login, password and timestamp on descriptor 3");
}

/* A process that holds passwords leaves no core; prog gets the limit as it was. */
static struct rlimit core;

static void forbid_core(void)
{
	struct rlimit none;
	if (getrlimit(RLIMIT_CORE, &core) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "read the limit of core files");
	none = core;
	none.rlim_cur = 0;
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "forbid core files");
}

static void open_passwords(struct cdb_file *f, char const *path)
{
	if (fcntl(INPUT_FD, F_GETFD) < 0)
		strerr_dief(EXIT_BAD_INTERFACE, "descriptor 3 is closed");
	if (!fd_sanitize())
		strerr_diefusys(EXIT_TEMPORARY, "open /dev/null");
	if (cdb_file_open(f, path))
		return;
	if (errno == EINVAL)
		strerr_dief(EXIT_TEMPORARY, path, " is not a cdb, or is cut short: run saca-accounts");
	strerr_diefusys(EXIT_TEMPORARY, "open ", path);
}

static bool is_accepted(struct cdb_file const *f, struct check_login const *login, struct options const *o)
{
	int slot = -1;
	if (o->lock && (slot = hashslot_take(o->lock, o->service.workers)) < 0) {
		if (errno == EAGAIN)
			strerr_dief(EXIT_TEMPORARY, "too many passwords are being hashed now: all locks of ", o->lock, " are taken");
		strerr_diefusys(EXIT_TEMPORARY, "lock ", o->lock);
	}
	enum check_result r = check_password(f, login->user, login->password);
	if (r > CHECK_ACCEPTED)
		strerr_dief(EXIT_TEMPORARY, "cannot check the password: ", check_reason(r));
	if (slot >= 0)
		close(slot);
	return r == CHECK_ACCEPTED;
}

static int check_once(struct options const *o, char const *const *prog)
{
	static struct check_login login;
	struct cdb_file passwords = CDB_FILE_ZERO;
	open_passwords(&passwords, o->service.passwords);
	forbid_core();
	read_login(&login);
	bool accepted = is_accepted(&passwords, &login, o);
	cdb_file_close(&passwords);
	if (accepted && prog[0] && setenv("USER", login.user, 1) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "set USER");
	wipe(&login, sizeof login);
	if (!accepted)
		return EXIT_REFUSED;
	if (!prog[0])
		return 0;
	if (setrlimit(RLIMIT_CORE, &core) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "restore the limit of core files");
	exec(prog);
	strerr_dieexec(EXIT_TEMPORARY, prog[0]);
}

/* --- Options ------------------------------------------------------------------------------- */

/* Exits with the checkpassword interface's own code for misuse. */
static _Noreturn void die_usage(struct options const *o)
{
	strerr_dieusage(o->is_service || o->asked ? EXIT_MISUSE : EXIT_BAD_INTERFACE, USAGE);
}

static uint32_t read_number(struct options const *o, char const *s, uint32_t least, uint32_t most, char const *what)
{
	uint64_t v;
	if (!num_scan(s, strlen(s), most, &v) || v < least)
		strerr_dief(o->is_service ? EXIT_MISUSE : EXIT_BAD_INTERFACE, "invalid number of ", what, ": ", s);
	return (uint32_t)v;
}

/* Returns the first argument after the options. */
static char const *const *read_options(struct options *o, int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	bool of_service = false;
	for (int c; (c = subgetopt_r(argc, argv, "SVn:k:m:f:L:t:", &l)) != -1;)
		switch (c) {
		case 'V': version_exit();
		case 'S': o->is_service = true; break;
		case 'n': o->service.workers = read_number(o, l.arg, 1, LOGINSERVICE_WORKERS, "hashes"); break;
		case 'k': o->service.ticket_key = l.arg; of_service = true; break;
		case 'm': o->service.minutes = read_number(o, l.arg, 0, MINUTES_MAX, "minutes"); of_service = true; break;
		case 'f': o->service.failures = read_number(o, l.arg, 1, FAILURES_MAX, "failures"); of_service = true; break;
		case 'L': o->lock = l.arg; break;
		case 't': o->asked = l.arg; break;
		default: die_usage(o);
		}
	int rest = argc - l.ind;
	bool is_right = o->asked ? rest == 0 && !o->is_service && !o->lock && !of_service
		: o->is_service ? rest == 1 && !o->lock : rest >= 1 && !of_service;
	if (!is_right)
		die_usage(o);
	return argv + l.ind;
}

int main(int argc, char const *const *argv)
{
	struct options o = {.service = {.workers = 2, .minutes = 10}};
	char why[ASK_REASON];
	PROG = "saca-checkpassword";
	setid_refuse();
	argv = read_options(&o, argc, argv);
	if (o.asked) {
		if (ask_works(o.asked, why))
			return 0;
		strerr_dief(EXIT_TEMPORARY, why);
	}
	o.service.passwords = argv[0];
	return o.is_service ? loginservice_run(&o.service) : check_once(&o, argv + 1);
}
