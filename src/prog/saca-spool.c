/* saca-spool: commits the message on fd 0 with the envelope on fd 1 to a spool, and says
   on fd 6 under which number (qmail-queue's interface). Exit 0 means that the file and
   its entry are on disk; with -c it changes a plan's credit. */
#include "base/version.h"
#include "mail/address.h"
#include "spool/envelope.h"
#include "base/num.h"
#include "spool/trace.h"
#include "base/exitcode.h"
#include "service/answer.h"
#include "service/answer_pipe.h"
#include "service/reply.h"
#include "base/fd.h"
#include "base/limit.h"
#include "base/setid.h"
#include "spool/spool.h"
#include "spool/number.h"
#include "spool/credit.h"
#include "spool/draft.h"
#include "spool/key.h"
#include "spool/message.h"
#include "spool/commit.h"
#include "ucspi/peer.h"
#include "base/uuid.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-spool [-P plan] [-i K/N] [-h host] [-r recipients] [-s octets] SPOOL or saca-spool -c PLAN=+N|PLAN=-N SPOOL"

#define LIFETIME 3600      /* seconds after which nobody waits any more */
#define LOGIN_MAX 512      /* octets of a checkpassword's block */
#define OVERHEAD 1048576   /* octets a file takes beside message and envelope, amply */

static struct {
	char const *plan, *host, *credit;
	uint64_t residue, hosts, recipients, octets;
} options = {NULL, NULL, NULL, 0, 1, 50000, 16777216};

static bool answers; /* descriptor 6 is a pipe to write to */
static struct spool spool = {-1, -1};
static struct spool_draft draft;
static struct envelope envelope;
static struct spool_message message;

/* --- Ends --------------------------------------------------------------------------- */

static _Noreturn void leave(int code)
{
	spool_draft_drop(&draft);
	_exit(code);
}

/* A system call failed. */
static _Noreturn void fail_at(int code, char const *what, char const *name)
{
	int e = errno;
	spool_draft_drop(&draft);
	errno = e;
	if (e == ENOSPC || e == EDQUOT)
		code = ANSWER_FULL;
	else if (e == ENOMEM)
		code = ANSWER_MEMORY;
	strerr_diefusys(code, what, name);
}

static _Noreturn void fail(int code, char const *what)
{
	fail_at(code, what, "");
}

static _Noreturn void refuse(int code, enum refusal r, char const *word, uint64_t a, uint64_t b)
{
	char text[REFUSAL_TEXT];
	refusal_format(text, r, word, a, b);
	leave(answers && answer_pipe_write(code, false, text) ? ANSWER_WRITTEN : code);
}

/* Nobody may listen any more: what is committed stays committed. */
static void accept(bool is_send, uint64_t n, char const *id, bool is_repeat)
{
	char text[ANSWER_RECEIPT];
	answer_format_receipt(text, is_send, n, id);
	if (answers)
		(void)answer_pipe_write(0, is_repeat, text);
}

/* --- What is inherited --------------------------------------------------------------- */

static void timed_out(int sig)
{
	(void)sig;
	_exit(ANSWER_TIMEOUT); /* the importer removes tmp/UUID */
}

static void begin(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, end = {.sa_handler = timed_out};
	umask(077);
	if (sigaction(SIGPIPE, &ignore, NULL) < 0 || sigaction(SIGALRM, &end, NULL) < 0)
		fail(ANSWER_LATER, "set signals");
	answers = answer_pipe_is_open();
}

/* A write cut short by the file size limit could leave half a record in the counter or in a
   credit file. */
static void check_limits(void)
{
	if (!limit_file_size((uint64_t)message.n + 2 * envelope.text.len + OVERHEAD))
		fail(ANSWER_LATER, "write files of that size");
}

static void open_spool(char const *path)
{
	if (!spool_open(&spool, path))
		fail_at(ANSWER_SPOOL, errno == EPERM ? "open somebody else's spool " : "open the spool ", path);
}

/* --- Options and environment ---------------------------------------------------------- */

static _Noreturn void usage(void)
{
	strerr_die(EXIT_MISUSE, PROG, ": usage: ", USAGE);
}

static uint64_t number(char const *s, uint64_t max, char const *what)
{
	uint64_t v;
	if (!num_scan(s, strlen(s), max, &v) || v == 0)
		strerr_dief(EXIT_MISUSE, "invalid ", what, ": ", s);
	return v;
}

static void read_residue(char const *s)
{
	char const *slash = strchr(s, '/');
	if (!slash || !num_scan(s, (size_t)(slash - s), SPOOL_HOSTS - 1, &options.residue)
		|| !num_scan(slash + 1, strlen(slash + 1), SPOOL_HOSTS, &options.hosts)
		|| options.residue >= options.hosts)
		strerr_dief(EXIT_MISUSE, "invalid host number: ", s);
}

static char const *read_options(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	for (int opt; (opt = subgetopt_r(argc, argv, "P:i:h:r:s:c:V", &l)) != -1;)
		switch (opt) {
		case 'P': options.plan = l.arg; break;
		case 'i': read_residue(l.arg); break;
		case 'h': options.host = l.arg; break;
		case 'r': options.recipients = number(l.arg, ENVELOPE_MAX, "number of recipients"); break;
		case 's': options.octets = number(l.arg, INT32_MAX, "size"); break;
		case 'c': options.credit = l.arg; break;
		case 'V': version_exit();
		default: usage();
		}
	if (argc - l.ind != 1)
		usage();
	if (options.plan && !address_is_plan(options.plan, strlen(options.plan)))
		strerr_dief(EXIT_MISUSE, "not a plan's name: ", options.plan);
	return argv[l.ind];
}

/* A variable that is not empty, or NULL. */
static char const *variable(char const *name)
{
	char const *s = getenv(name);
	return s && *s ? s : NULL;
}

/* Whose message it is: the plan, and the login for X-Saca-User. */
static char const *read_login(struct buf *login)
{
	char const *user = variable("SACA_USER"), *plan = variable("SACA_PLAN");
	size_t n = user ? strlen(user) : 0, at = user ? address_login_plan(user, n) : 0;
	if (user && (!at || n > LOGIN_MAX || !utf8_valid(user, n)))
		strerr_dief(EXIT_MISUSE, "SACA_USER is not a login");
	if (!plan)
		plan = user ? user + at : options.plan;
	if (!plan)
		strerr_dief(EXIT_MISUSE, "neither SACA_PLAN nor -P says whose message it is");
	if (!address_is_plan(plan, strlen(plan)))
		strerr_dief(EXIT_MISUSE, "SACA_PLAN is not a plan's name");
	if (user && strcmp(user + at, plan))
		strerr_dief(EXIT_MISUSE, "SACA_USER is not a login of SACA_PLAN");
	if (!(user ? trace_word(login, user, LOGIN_MAX) : buf_puts(login, "spool.") && buf_puts(login, plan)))
		fail(ANSWER_MEMORY, "keep the login");
	return plan;
}

static bool costs_credit(void)
{
	char const *s = variable("SACA_CREDIT");
	if (s && strcmp(s, "yes") && strcmp(s, "no"))
		strerr_dief(EXIT_MISUSE, "SACA_CREDIT is neither yes nor no");
	return s && strcmp(s, "yes") == 0;
}

/* --- What comes in -------------------------------------------------------------------- */

static void read_message(void)
{
	enum spool_message_fault f = spool_message_open(&message, 0, options.octets);
	if (f == SPOOL_MESSAGE_LARGE)
		refuse(ANSWER_REFUSED, REFUSAL_SIZE, NULL, options.octets, 0);
	if (f != SPOOL_MESSAGE_OK)
		fail(f == SPOOL_MESSAGE_READ ? ANSWER_READ : ANSWER_MEMORY, "take the message");
}

static _Noreturn void refuse_envelope(enum envelope_state state)
{
	char shown[128] = "";
	size_t n = envelope.bad_len < sizeof shown - 1 ? envelope.bad_len : sizeof shown - 1;
	if (n)
		memcpy(shown, envelope.text.s + envelope.bad, n);
	if (state == ENVELOPE_NO_MEMORY) {
		errno = ENOMEM;
		fail(ANSWER_MEMORY, "keep the envelope");
	}
	refuse(state == ENVELOPE_FORMAT ? ANSWER_FORMAT : state == ENVELOPE_LONG ? ANSWER_LONG
		: ANSWER_REFUSED, envelope_refusal(state), shown, 0, 0);
}

static void read_envelope(void)
{
	static char piece[65536];
	enum envelope_state state = ENVELOPE_MORE;
	envelope_init(&envelope, (size_t)options.recipients);
	while (state == ENVELOPE_MORE) {
		ssize_t n = fd_read(1, piece, sizeof piece);
		if (n < 0)
			fail(ANSWER_READ, "read the envelope");
		if (n == 0)
			strerr_dief(ANSWER_READ, "the envelope ends too early");
		state = envelope_feed(&envelope, piece, (size_t)n);
	}
	if (state != ENVELOPE_DONE)
		refuse_envelope(state);
}

/* tmp/UUID, synced. */
static void write_draft(uint64_t send, char const *id, struct buf const *login)
{
	char ip[PEER_IP], name[256] = "";
	char const *host = options.host ? options.host : variable("SACA_HOST");
	if (!host && gethostname(name, sizeof name - 1) < 0)
		fail(ANSWER_LATER, "learn this host's name");
	peer_ip(ip);
	struct trace origin = {
		.helo = getenv("SACA_HELO"), .ip = ip, .host = host ? host : name,
		.proto = getenv("SACA_PROTO"), .tls = getenv("SSL_PROTOCOL"),
		.cipher = getenv("SSL_CIPHER"), .id = id};
	if (!spool_write(&draft, &spool, send, time(NULL), login, origin, &envelope, &message))
		fail(ANSWER_SPOOL, "write a file in tmp");
}

/* --- The transaction ------------------------------------------------------------------ */

/* Committed before: the same answer. */
static bool is_repeat(char const *key)
{
	struct spool_entry entry;
	int found = spool_find(&spool, key, &entry);
	if (found < 0)
		fail(ANSWER_SPOOL, "look for a repeat");
	if (found)
		accept(true, entry.send, entry.id, true);
	return found;
}

static uint64_t take_number(void)
{
	uint64_t v;
	switch (spool_number(&spool, options.residue, options.hosts, &v)) {
	case SPOOL_COUNT_OK:
		return v;
	case SPOOL_COUNT_LOST:
		strerr_warnw("count is missing or damaged: run saca-import, which makes it anew");
		refuse(ANSWER_LATER, REFUSAL_NO_NUMBER, NULL, 0, 0);
	case SPOOL_COUNT_SPENT:
		strerr_dief(ANSWER_LATER, "count has come to its end");
	case SPOOL_COUNT_ERROR:
		break;
	}
	fail(ANSWER_SPOOL, "take a number from count");
}

static void check_credit(enum spool_credit r, char const *plan, uint64_t left)
{
	switch (r) {
	case SPOOL_CREDIT_OK:
		return;
	case SPOOL_CREDIT_SHORT:
		refuse(ANSWER_REFUSED, REFUSAL_CREDIT, NULL, left, envelope.count);
	case SPOOL_CREDIT_MISSING:
		strerr_warnw("no credit file that can be read for plan ", plan);
		refuse(ANSWER_LATER, REFUSAL_NO_CREDIT_FILE, NULL, 0, 0);
	case SPOOL_CREDIT_ERROR:
		fail(ANSWER_SPOOL, "use the credit file");
	}
}

/* False: it was a repeat after all, and has been answered. */
static bool commit(char const *key, char const *plan, char const *id, bool charged)
{
	struct spool_credit_hold hold;
	uint64_t left = 0;
	if (charged) {
		enum spool_credit r = spool_credit_take(&spool, plan, envelope.count, id, key, &hold, &left);
		check_credit(r, plan, left);
	}
	enum spool_draft_end end = spool_draft_commit(&draft, key);
	int e = errno;
	if (charged)
		(end == SPOOL_DRAFT_DONE ? spool_credit_spent
			: end == SPOOL_DRAFT_UNKNOWN ? spool_credit_leave : spool_credit_back)(&hold);
	errno = e;
	if (end == SPOOL_DRAFT_DONE)
		return true;
	if (end == SPOOL_DRAFT_TAKEN && is_repeat(key)) /* by one who does not know of our lock */
		return false;
	fail(ANSWER_SPOOL, "commit a file to new");
}

/* What is on 0 and 1, with its key locked, to its answer. */
static void spool_it(char const *plan, char const *id, char const *key, bool keyed, struct buf const *login)
{
	bool charged = costs_credit();
	uint64_t left = 0;
	if (keyed && is_repeat(key))
		return;
	if (message.n == 0) {
		if (!spool_count_begin(&spool))
			fail(ANSWER_SPOOL, "make count");
		write_draft(0, id, login);
		if (commit(key, plan, id, false))
			accept(false, envelope.count, id, false);
		return;
	}
	if (charged) {
		enum spool_credit r = spool_credit_judge(&spool, plan, envelope.count, &left);
		check_credit(r, plan, left);
	}
	uint64_t send = take_number();
	write_draft(send, id, login);
	if (commit(key, plan, id, charged))
		accept(true, send, id, false);
}

/* One message. Returns if it is accepted. */
static void transact(char const *path)
{
	struct buf login = BUF_ZERO;
	char id[UUID_HEX], key[SPOOL_KEY];
	alarm(LIFETIME);
	char const *plan = read_login(&login);
	read_message();
	read_envelope();
	check_limits();
	uuid_fresh(id);
	int keyed = spool_key(key, plan, &envelope, &message, id);
	if (keyed < 0)
		fail(ANSWER_MEMORY, "read the message's header");
	open_spool(path);
	if (!spool_lock(&spool, key))
		fail(ANSWER_SPOOL, "lock the spool");
	spool_it(plan, id, key, keyed, &login);
	buf_free(&login);
}

/* --- Credit --------------------------------------------------------------------------- */

static _Noreturn void change_credit(char const *path, char const *order)
{
	char plan[PLAN_MAX + 1], text[NUM_FMT + 1];
	uint64_t amount, left = 0;
	bool add;
	if (!credit_order(plan, &add, &amount, order))
		strerr_dief(EXIT_MISUSE, "not PLAN=+N or PLAN=-N: ", order);
	check_limits();
	bool is_new = !spool_is_there(path) && errno == ENOENT; /* it may have been mistyped */
	open_spool(path);
	if (is_new)
		strerr_warn(PROG, ": there was no spool, so one is made: ", path);
	enum spool_credit r = spool_credit_change(&spool, plan, add, amount, &left);
	if (r == SPOOL_CREDIT_SHORT)
		strerr_dief(EXIT_MISUSE, "the credit would be below zero, or above what can be counted");
	if (r == SPOOL_CREDIT_MISSING)
		strerr_dief(EXIT_MISUSE, "no credit file, or not one that can be read, for plan ", plan);
	if (r == SPOOL_CREDIT_ERROR)
		fail(ANSWER_SPOOL, "change the credit");
	size_t n = num_fmt(text, left);
	text[n++] = '\n';
	if (!fd_write_all(1, text, n)) /* it is changed all the same */
		strerr_warnwusys("write the new credit");
	_exit(0);
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-spool";
	setid_refuse();
	begin();
	char const *path = read_options(argc, argv);
	if (options.credit)
		change_credit(path, options.credit);
	transact(path);
	leave(0);
}
