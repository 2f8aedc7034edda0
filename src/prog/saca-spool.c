/* saca-spool: commits messages and their envelopes to a spool: one, by the interface of
   qmail-queue(8), or as a service. saca-spool(8) has the interface, saca-spool(5) the spool. */
#include "accounts/accounts.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/limit.h"
#include "base/num.h"
#include "base/option.h"
#include "base/setid.h"
#include "base/version.h"
#include "mail/address.h"
#include "service/answer_pipe.h"
#include "service/ask.h"
#include "service/serve.h"
#include "service/submission.h"
#include "spool/commit.h"
#include "spool/credit.h"
#include "spool/input.h"
#include "spool/lock.h"
#include "spool/number.h"
#include "spool/settings.h"
#include "spool/submit.h"
#include "spool/login.h"
#include "ucspi/peer.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-spool [-P plan] [-i K/N] [-h host] [-r recipients] [-s octets] [-a senders.cdb] SPOOL or " \
	"saca-spool -S -k ticket.key -a senders.cdb [-n workers] [-i K/N] [-h host] [-r recipients] [-s octets] SPOOL or " \
	"saca-spool -t SOCKET or saca-spool -c PLAN=+N|PLAN=-N [-a senders.cdb] SPOOL"

#define LIFETIME 3600    /* seconds until the program gives up */
#define OVERHEAD 1048576 /* octets of a file at most, besides message and envelope */
#define WORKERS_MAX 1000

static struct {
	char const *plan, *host, *credit, *senders, *ticket_key;
	uint64_t residue, hosts, recipients, octets, workers;
	bool serves, probes;
} options = {.hosts = 1, .recipients = 50000, .octets = 16777216, .workers = 8};

/* --- Command line ----------------------------------------------------------------------- */

static _Noreturn void die_usage(void)
{
	strerr_dieusage(EXIT_MISUSE, USAGE);
}

static void read_residue(char const *s)
{
	if (!spool_number_hosts(s, &options.residue, &options.hosts))
		strerr_dief(EXIT_MISUSE, "invalid host number: ", s);
}

static char const *read_options(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	for (int opt; (opt = subgetopt_r(argc, argv, "VSta:c:h:i:k:n:P:r:s:", &l)) != -1;)
		switch (opt) {
		case 'V': version_exit();
		case 'P': options.plan = l.arg; break;
		case 'i': read_residue(l.arg); break;
		case 'h': options.host = l.arg; break;
		case 'r': options.recipients = option_number('r', l.arg, 1, ENVELOPE_MAX); break;
		case 's': options.octets = option_number('s', l.arg, 1, INT32_MAX); break;
		case 'c': options.credit = l.arg; break;
		case 'a': options.senders = l.arg; break;
		case 'S': options.serves = true; break;
		case 't': options.probes = true; break;
		case 'k': options.ticket_key = l.arg; break;
		case 'n': options.workers = option_number('n', l.arg, 1, WORKERS_MAX); break;
		default: die_usage();
		}
	if (argc - l.ind != 1 || options.serves + options.probes + (options.credit != NULL) > 1)
		die_usage();
	if (options.serves && (!options.ticket_key || !options.senders || options.plan))
		die_usage();
	if (options.plan && !address_is_plan(options.plan, strlen(options.plan)))
		strerr_dief(EXIT_MISUSE, "not a plan's name: ", options.plan);
	return argv[l.ind];
}

/* octets: how much will be written. Refuses a too low file size limit: a cut write could leave
   half a record in count or in a credit file. */
static void open_spool(struct spool *sp, char const *path, uint64_t octets)
{
	if (!limit_file_size(octets + OVERHEAD))
		strerr_diefusys(ANSWER_LATER, "write files of that size");
	if (spool_open_or_begin(sp, path))
		return;
	if (errno == EPERM)
		strerr_dief(ANSWER_SPOOL, "unable to open the spool ", path, ": it belongs to another user");
	if (errno == EINVAL)
		strerr_dief(ANSWER_SPOOL, "unable to make the spool ", path, ": it would be inside another spool");
	strerr_diefusys(errno == ENOSPC || errno == EDQUOT ? ANSWER_FULL : ANSWER_SPOOL, "open the spool ", path);
}

/* --- One message ------------------------------------------------------------------------ */

static bool can_answer; /* descriptor 6 is a pipe to write to */

/* Reports the result to the client and to the operator, and exits. A commit stays even if the
   client has gone. */
static _Noreturn void end_with(struct spool_result const *result)
{
	int code = result->code;
	if (result->why[0])
		strerr_warn(PROG, ": ", result->why);
	if (can_answer && result->text[0] && answer_pipe_write(code, result->is_repeat, result->text) && code)
		code = ANSWER_WRITTEN;
	_exit(code);
}

static _Noreturn void end_refused(int code, enum refusal r, char const *word, uint64_t a)
{
	struct spool_result result = {.code = code};
	spool_refuse(&result, code, r, word, a, 0);
	end_with(&result);
}

static _Noreturn void end_failed(int code, char const *what)
{
	struct spool_result result = {.code = code};
	spool_fail(&result, code, what);
	end_with(&result);
}

static void exit_timeout(int sig)
{
	(void)sig;
	_exit(ANSWER_TIMEOUT); /* the importer removes tmp/UUID */
}

static void set_up(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, timeout = {.sa_handler = exit_timeout};
	umask(077);
	if (sigaction(SIGPIPE, &ignore, NULL) < 0 || sigaction(SIGALRM, &timeout, NULL) < 0)
		strerr_diefusys(ANSWER_LATER, "set signals");
	can_answer = answer_pipe_is_open();
}

static void read_message(struct buf *message)
{
	switch (input_read(message, 0, options.octets)) {
	case INPUT_OK:
		return;
	case INPUT_LARGE:
		end_refused(ANSWER_REFUSED, REFUSAL_SIZE, NULL, options.octets);
	case INPUT_FAILED:
		end_failed(ANSWER_READ, "read the message");
	}
}

static _Noreturn void refuse_envelope(struct envelope const *e)
{
	char word[128];
	if (e->state == ENVELOPE_NO_MEMORY) {
		errno = ENOMEM;
		end_failed(ANSWER_MEMORY, "keep the envelope");
	}
	envelope_bad(e, word, sizeof word);
	end_refused(envelope_code(e->state), envelope_refusal(e->state), word, 0);
}

static void read_envelope(struct envelope *e)
{
	static char piece[65536];
	envelope_init(e, (size_t)options.recipients);
	while (e->state == ENVELOPE_MORE) {
		ssize_t n = fd_read(1, piece, sizeof piece);
		if (n < 0)
			end_failed(ANSWER_READ, "read the envelope");
		if (n == 0)
			strerr_dief(ANSWER_READ, "the envelope ends too early");
		envelope_feed(e, piece, (size_t)n);
	}
	if (e->state != ENVELOPE_DONE)
		refuse_envelope(e);
}

/* A variable that is not empty, or NULL. */
static char const *read_variable(char const *name)
{
	char const *s = getenv(name);
	return s && *s ? s : NULL;
}

static char const *host_name(void)
{
	static char name[256];
	if (options.host || read_variable("SACA_HOST"))
		return options.host ? options.host : read_variable("SACA_HOST");
	if (gethostname(name, sizeof name - 1) < 0)
		strerr_diefusys(ANSWER_LATER, "get the name of this host");
	return name;
}

/* Reads the plan's settings. An unknown plan is a temporary failure: the accounts may have
   changed. */
static void read_plan(struct spool_request *request)
{
	struct spool_result result = {.code = ANSWER_LATER};
	enum settings r = settings_read(request, options.senders);
	if (r == SETTINGS_OK)
		return;
	settings_explain(result.why, r, options.senders, request->plan);
	end_with(&result);
}

/* Reads a limit from the environment. If the variable is unset, *limit does not change. */
static void read_limit(uint64_t *limit, char const *name)
{
	char const *s = read_variable(name);
	if (s && !num_scan(s, strlen(s), INT64_MAX, limit))
		strerr_dief(EXIT_MISUSE, name, " is not a number");
}

static _Noreturn void spool_message(char const *path)
{
	struct spool sp;
	struct spool_result result;
	struct spool_login login;
	struct buf message = BUF_ZERO;
	struct envelope envelope;
	char ip[PEER_IP];
	char const *plan = read_variable("SACA_PLAN"), *user = read_variable("SACA_USER");
	char const *wrong = spool_login_read(&login, user, plan || user ? plan : options.plan);
	struct spool_request request = {.plan = login.plan, .user = login.user, .limits = {ACCOUNTS_MAXDAY, ACCOUNTS_MAXWAIT},
		.residue = options.residue, .hosts = options.hosts, .envelope = &envelope,
		.origin = {.helo = getenv("SACA_HELO"), .host = host_name(), .proto = getenv("SACA_PROTO"),
			.tls = getenv("SSL_PROTOCOL"), .cipher = getenv("SSL_CIPHER"), .ip = ip}};
	if (wrong)
		strerr_dief(EXIT_MISUSE, wrong);
	if (!spool_switch_read(&request.costs_credit, getenv("SACA_CREDIT")))
		strerr_dief(EXIT_MISUSE, "SACA_CREDIT is neither yes nor no");
	if (!spool_switch_read(&request.sandbox, getenv("SACA_SANDBOX")))
		strerr_dief(EXIT_MISUSE, "SACA_SANDBOX is neither yes nor no");
	read_limit(&request.limits.maxday, "SACA_MAXDAY");
	read_limit(&request.limits.maxwait, "SACA_MAXWAIT");
	if (options.senders)
		read_plan(&request);
	peer_ip(ip);
	alarm(LIFETIME);
	read_message(&message);
	read_envelope(&envelope);
	open_spool(&sp, path, message.len + 2 * envelope.text.len);
	request.message = message.s;
	request.n = message.len;
	spool_commit(&sp, &request, &result);
	end_with(&result);
}

/* --- Credit ----------------------------------------------------------------------------- */

static void check_plan(char const *plan)
{
	struct spool_request request = {.plan = plan};
	char why[SPOOL_WHY];
	enum settings r = settings_read(&request, options.senders);
	if (r == SETTINGS_OK)
		return;
	settings_explain(why, r, options.senders, plan);
	strerr_dief(r == SETTINGS_UNKNOWN ? EXIT_MISUSE : EXIT_TEMPORARY, why);
}

static _Noreturn void change_credit(char const *path, char const *order)
{
	struct spool sp;
	char plan[PLAN_MAX + 1], text[NUM_FMT + 1];
	uint64_t amount, left = 0;
	bool add;
	if (!credit_order(plan, &add, &amount, order))
		strerr_dief(EXIT_MISUSE, "not PLAN=+N or PLAN=-N: ", order);
	if (options.senders)
		check_plan(plan);
	bool is_new = !spool_exists(path) && errno == ENOENT; /* the path may be mistyped */
	open_spool(&sp, path, 0);
	if (is_new)
		strerr_warn(PROG, ": there was no spool, so one is made: ", path);
	switch (spool_credit_change(&sp, plan, add, amount, &left)) {
	case SPOOL_CREDIT_OK:
		break;
	case SPOOL_CREDIT_SHORT:
		strerr_dief(EXIT_MISUSE, "the credit would be below zero, or above 9223372036854775807");
	case SPOOL_CREDIT_MISSING:
		strerr_dief(EXIT_MISUSE, "plan ", plan, " has no credit file that can be read: add credit first");
	case SPOOL_CREDIT_ERROR:
		end_failed(ANSWER_SPOOL, "change the credit");
	}
	size_t n = num_fmt(text, left);
	text[n++] = '\n';
	if (!fd_write_all(1, text, n))
		strerr_warnwusys("write the new credit, which is ", text);
	_exit(0);
}

/* --- The service ------------------------------------------------------------------------- */

static int serve_requests(char const *path)
{
	struct spool sp;
	struct submit submit = {.spool = &sp, .senders = options.senders, .host = options.host,
		.residue = options.residue, .hosts = options.hosts, .recipients = options.recipients,
		.octets = options.octets};
	struct serve service = {.workers = (unsigned int)options.workers, .max = SUBMISSION_MAX,
		.handle = submit_handle, .arg = &submit};
	serve_prepare();
	if (!ticket_read_key(&submit.ticket_key, options.ticket_key))
		strerr_diefusys(EXIT_TEMPORARY, "read the ticket key ", options.ticket_key);
	open_spool(&sp, path, options.octets + 2 * ENVELOPE_OCTETS(options.recipients));
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, INPUT_KEPT); /* free() returns larger blocks to the system */
#endif
	return serve_workers(&service);
}

static int probe_service(char const *socket)
{
	char reason[ASK_REASON];
	if (ask_works(socket, reason))
		return 0;
	strerr_dief(EXIT_TEMPORARY, reason);
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-spool";
	setid_refuse();
	set_up();
	char const *path = read_options(argc, argv);
	if (options.probes)
		return probe_service(path);
	if (options.serves)
		return serve_requests(path);
	if (options.credit)
		change_credit(path, options.credit);
	spool_message(path);
}
