/* saca-spool: commits the message on fd 0 with the envelope on fd 1 to a spool, and says
   on fd 6 under which number (qmail-queue's interface). Exit 0 means that the file and
   its entry are on disk; with -c it changes a plan's credit. */
#include "core/address.h"
#include "core/date.h"
#include "core/envelope.h"
#include "core/num.h"
#include "core/spoolfile.h"
#include "core/trace.h"
#include "core/utc.h"
#include "io/fdio.h"
#include "io/privilege.h"
#include "io/spool.h"
#include "io/spoolcount.h"
#include "io/spoolcredit.h"
#include "io/spooldraft.h"
#include "io/spoolkey.h"
#include "io/spoolmessage.h"
#include "io/ucspi.h"
#include "io/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-spool [-P plan] [-i K/N] [-h host] [-r recipients] [-s octets] SPOOL  or  " \
	"saca-spool -c PLAN=+N|PLAN=-N SPOOL"

/* qmail-queue(8)'s exit codes, and the house's 100. */
enum {
	EXIT_LONG = 11,    /* an address is too long */
	EXIT_REFUSED = 31,
	EXIT_MEMORY = 51,
	EXIT_TIMEOUT = 52,
	EXIT_FULL = 53,    /* no space, no quota */
	EXIT_READ = 54,    /* message or envelope can't be read */
	EXIT_SPOOL = 62,   /* the spool can't be used */
	EXIT_LATER = 71,
	EXIT_ANSWERED = 82, /* the reason is on fd 6 */
	EXIT_FORMAT = 91,  /* no such envelope */
	EXIT_MISUSED = 100
};

#define REPLY_FD 6
#define REPLY_MAX 250      /* octets, DESIGN's bound */
#define LIFETIME 3600      /* seconds after which nobody waits any more */
#define LOGIN_MAX 512      /* octets of a checkpassword's block */
#define OVERHEAD 1048576   /* octets a file takes beside message and envelope, amply */

static struct {
	char const *plan, *host, *credit;
	uint64_t residue, hosts, recipients, octets;
} options = {NULL, NULL, NULL, 0, 1, 50000, 16777216};

static bool can_reply, borrowed;
static struct spool spool;
static struct spool_draft draft;
static bool drafted; /* tmp/UUID is there */
static struct envelope envelope;
static struct spool_message message;

/* --- Ends --------------------------------------------------------------------------- */

static _Noreturn void leave(int code)
{
	if (drafted)
		spool_draft_drop(&draft);
	_exit(code);
}

/* A system call failed. */
static _Noreturn void fail(int code, char const *what)
{
	int e = errno;
	if (drafted)
		spool_draft_drop(&draft);
	errno = e;
	if (e == ENOSPC || e == EDQUOT)
		code = EXIT_FULL;
	else if (e == ENOMEM)
		code = EXIT_MEMORY;
	strerr_diefusys(code, what);
}

/* The answer: one ASCII line. Nobody may be there to read it any more; what is committed
   stays committed. */
static void reply(char const *a, char const *b, char const *c, char const *d)
{
	char line[REPLY_MAX];
	char const *part[] = {a, b, c, d};
	size_t n = 0;
	if (!can_reply)
		return;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		for (char const *s = part[i]; *s && n < sizeof line; s++)
			line[n++] = *s >= 0x20 && *s <= 0x7e ? *s : '?';
	(void)fdio_write(REPLY_FD, line, n);
}

/* Refused for good (D), or until later (Z); code: where there is nobody to be told why. */
static _Noreturn void refuse(int code, char const *text, char const *more)
{
	reply(code > 10 && code < 41 ? "D" : "Z", text, more, "");
	leave(can_reply ? EXIT_ANSWERED : code);
}

static _Noreturn void accept_send(uint64_t send, char const *id)
{
	char number[NUM_FMT];
	num_fmt(number, send);
	reply("Kid=", number, " ", id);
	leave(0);
}

static _Noreturn void accept_contacts(size_t count, char const *id)
{
	char number[NUM_FMT];
	num_fmt(number, count);
	reply("Kcontacts=", number, " ", id);
	leave(0);
}

/* --- What is inherited --------------------------------------------------------------- */

static void timed_out(int sig)
{
	(void)sig;
	_exit(EXIT_TIMEOUT); /* the importer removes tmp/UUID */
}

static void begin(void)
{
	static unsigned int const keep[] = {REPLY_FD};
	struct stat st;
	struct sigaction ignore = {.sa_handler = SIG_IGN}, end = {.sa_handler = timed_out};
	borrowed = privilege_borrowed();
	if (borrowed && privilege_reset(keep, 1) < 0)
		fail(EXIT_LATER, "reset what was inherited");
	umask(077);
	if (sigaction(SIGPIPE, &ignore, NULL) < 0 || sigaction(SIGALRM, &end, NULL) < 0)
		fail(EXIT_LATER, "set signals");
	alarm(LIFETIME);
	can_reply = fstat(REPLY_FD, &st) == 0 && S_ISFIFO(st.st_mode)
		&& (fcntl(REPLY_FD, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

/* A write that stops half-way for a limit of the caller's could leave half a record in
   the counter or in a credit file: make sure that none can. */
static void check_limits(void)
{
	struct rlimit limit;
	rlim_t need = (rlim_t)message.n + 2 * envelope.text.len + OVERHEAD;
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		fail(EXIT_LATER, "read the limit of files' sizes");
	if (limit.rlim_cur == RLIM_INFINITY)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < need) {
		errno = EFBIG;
		fail(EXIT_LATER, "write files of that size");
	}
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		fail(EXIT_LATER, "raise the limit of files' sizes");
}

static void open_spool(char const *path)
{
	if (!spool_open(&spool, path))
		fail(EXIT_SPOOL, "open the spool");
}

/* --- Options and environment ---------------------------------------------------------- */

static _Noreturn void usage(void)
{
	strerr_die(EXIT_MISUSED, PROG, ": usage: ", USAGE);
}

static uint64_t number(char const *s, uint64_t max, char const *what)
{
	uint64_t v;
	if (!num_scan(s, strlen(s), max, &v) || v == 0)
		strerr_dief(EXIT_MISUSED, "invalid ", what, ": ", s);
	return v;
}

static void read_residue(char const *s)
{
	char const *slash = strchr(s, '/');
	if (!slash || !num_scan(s, (size_t)(slash - s), SPOOL_HOSTS - 1, &options.residue)
		|| !num_scan(slash + 1, strlen(slash + 1), SPOOL_HOSTS, &options.hosts)
		|| options.residue >= options.hosts)
		strerr_dief(EXIT_MISUSED, "invalid host number: ", s);
}

static char const *read_options(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	for (int opt; (opt = subgetopt_r(argc, argv, "P:i:h:r:s:c:", &l)) != -1;)
		switch (opt) {
		case 'P':
			options.plan = l.arg;
			break;
		case 'i':
			read_residue(l.arg);
			break;
		case 'h':
			options.host = l.arg;
			break;
		case 'r':
			options.recipients = number(l.arg, ENVELOPE_MAX, "number of recipients");
			break;
		case 's':
			options.octets = number(l.arg, INT32_MAX, "size");
			break;
		case 'c':
			options.credit = l.arg;
			break;
		default:
			usage();
		}
	if (argc - l.ind != 1)
		usage();
	if (options.plan && !address_is_plan(options.plan, strlen(options.plan)))
		strerr_dief(EXIT_MISUSED, "not a plan's name: ", options.plan);
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
	if (user && (!at || n > LOGIN_MAX))
		strerr_dief(EXIT_MISUSED, "SACA_USER is not a login");
	if (!plan)
		plan = user ? user + at : options.plan;
	if (!plan)
		strerr_dief(EXIT_MISUSED, "neither SACA_PLAN nor -P says whose message it is");
	if (!address_is_plan(plan, strlen(plan)))
		strerr_dief(EXIT_MISUSED, "SACA_PLAN is not a plan's name");
	if (user && strcmp(user + at, plan))
		strerr_dief(EXIT_MISUSED, "SACA_USER is not a login of SACA_PLAN");
	bool fine = user ? trace_word(login, user, LOGIN_MAX)
		: buf_puts(login, "spool.") && buf_puts(login, plan);
	if (!fine)
		fail(EXIT_MEMORY, "keep the login");
	return plan;
}

static bool costs_credit(void)
{
	char const *s = variable("SACA_CREDIT");
	if (s && strcmp(s, "yes") && strcmp(s, "no"))
		strerr_dief(EXIT_MISUSED, "SACA_CREDIT is neither yes nor no");
	return s && strcmp(s, "yes") == 0;
}

/* --- What comes in -------------------------------------------------------------------- */

static void read_message(void)
{
	switch (spool_message_open(&message, 0, options.octets)) {
	case SPOOL_MESSAGE_OK:
		return;
	case SPOOL_MESSAGE_LARGE:
		refuse(EXIT_REFUSED, "mensaje demasiado grande", "");
	case SPOOL_MESSAGE_READ:
		fail(EXIT_READ, "read the message");
	case SPOOL_MESSAGE_MEMORY:
		fail(EXIT_MEMORY, "keep the message");
	}
}

static void refuse_envelope(enum envelope_state state)
{
	char shown[128];
	size_t n = envelope.bad_len < sizeof shown - 1 ? envelope.bad_len : sizeof shown - 1;
	if (n && envelope.bad + n <= envelope.text.len)
		memcpy(shown, envelope.text.s + envelope.bad, n);
	else
		n = 0;
	shown[n] = 0;
	switch (state) {
	case ENVELOPE_LONG:
		refuse(EXIT_LONG, "direccion demasiado larga: ", shown);
	case ENVELOPE_SENDER:
		refuse(EXIT_REFUSED, "remitente no valido: ", shown);
	case ENVELOPE_RECIPIENT:
		refuse(EXIT_REFUSED, "destinatario no valido: ", shown);
	case ENVELOPE_NOBODY:
		refuse(EXIT_REFUSED, "falta el destinatario", "");
	case ENVELOPE_MANY:
		refuse(EXIT_REFUSED, "demasiados destinatarios", "");
	case ENVELOPE_NO_MEMORY:
		errno = ENOMEM;
		fail(EXIT_MEMORY, "keep the envelope");
	default:
		refuse(EXIT_FORMAT, "sobre mal formado", "");
	}
}

static void read_envelope(void)
{
	static char piece[65536];
	enum envelope_state state = ENVELOPE_MORE;
	envelope_init(&envelope, (size_t)options.recipients);
	while (state == ENVELOPE_MORE) {
		ssize_t n = fdio_read(1, piece, sizeof piece);
		if (n < 0)
			fail(EXIT_READ, "read the envelope");
		if (n == 0)
			strerr_dief(EXIT_READ, "the envelope ends too early");
		state = envelope_feed(&envelope, piece, (size_t)n);
	}
	if (state != ENVELOPE_DONE)
		refuse_envelope(state);
}

/* --- The file ------------------------------------------------------------------------- */

static bool put_received(struct buf *out, char const *ip, char const *id, struct tm const *now)
{
	char date[DATE_RFC5322], host[256];
	if (!options.host && gethostname(host, sizeof host) < 0)
		host[0] = 0;
	host[sizeof host - 1] = 0;
	date_rfc5322(date, now, 0);
	return trace_received(out, &(struct trace){
		.helo = getenv("SACA_HELO"), .ip = ip, .host = options.host ? options.host : host,
		.proto = getenv("SACA_PROTO"), .tls = getenv("SSL_PROTOCOL"),
		.cipher = getenv("SSL_CIPHER"), .id = id, .date = date});
}

/* The fields before and behind the recipients. */
static void make_fields(struct buf *head, struct buf *received, uint64_t send, char const *id,
	struct buf const *login)
{
	char ip[UCSPI_IP], date[DATE_ISO];
	struct tm now;
	struct spoolfile f = {.send = send, .id = {id, strlen(id)}, .user = {login->s, login->len},
		.recipients = (uint32_t)envelope.count};
	if (!utc_from_time(&now, time(NULL)))
		strerr_dief(EXIT_LATER, "the clock is outside of the calendar");
	f.date = (struct slice){date, date_iso(date, &now)};
	ucspi_remote_ip(ip);
	f.ip = (struct slice){ip, strlen(ip)};
	f.sender.s = envelope_sender(&envelope, &f.sender.n);
	if (!spoolfile_head(head, &f) || !put_received(received, ip, id, &now)) {
		errno = ENOMEM;
		fail(EXIT_MEMORY, "write the fields");
	}
}

static bool put_recipients(void)
{
	static char const name[] = SPOOLFILE_DELIVERED;
	for (size_t i = 0; i < envelope.count; i++) {
		size_t n;
		char const *s = envelope_recipient(&envelope, i, &n);
		if (!spool_draft_put(&draft, name, sizeof name - 1) || !spool_draft_put(&draft, s, n)
			|| !spool_draft_put(&draft, "\n", 1))
			return false;
	}
	return true;
}

/* tmp/UUID, synced. */
static void write_draft(uint64_t send, char const *id, struct buf const *login)
{
	struct buf head = BUF_ZERO, received = BUF_ZERO;
	make_fields(&head, &received, send, id, login);
	if (!spool_draft_open(&draft, &spool, id))
		fail(EXIT_SPOOL, "make a file in tmp");
	drafted = true;
	if (!spool_draft_put(&draft, head.s, head.len) || !put_recipients()
		|| !spool_draft_put(&draft, received.s, received.len)
		|| !spool_draft_message(&draft, &message) || !spool_draft_sync(&draft))
		fail(EXIT_SPOOL, "write a file in tmp");
	buf_free(&head);
	buf_free(&received);
}

/* --- The transaction ------------------------------------------------------------------ */

/* Committed before: the same answer. */
static void answer_repeat(char const *key)
{
	struct spool_entry entry;
	int found = spool_find(&spool, key, &entry);
	if (found < 0)
		fail(EXIT_SPOOL, "look for a repeat");
	if (found)
		accept_send(entry.send, entry.id);
}

static uint64_t take_number(void)
{
	uint64_t v;
	switch (spool_number(&spool, options.residue, options.hosts, &v)) {
	case SPOOL_COUNT_OK:
		return v;
	case SPOOL_COUNT_LOST:
		strerr_warnw("count is missing or damaged: run saca-import, which makes it anew");
		refuse(EXIT_LATER, "contador de envios no disponible, intentelo mas tarde", "");
	case SPOOL_COUNT_SPENT:
		strerr_dief(EXIT_LATER, "count has come to its end");
	case SPOOL_COUNT_ERROR:
		break;
	}
	fail(EXIT_SPOOL, "take a number from count");
}

static void check_credit(enum spool_credit r, char const *plan, uint64_t left)
{
	char text[3 * NUM_FMT + 64] = "envios insuficientes: quedan ", *p = text + strlen(text);
	switch (r) {
	case SPOOL_CREDIT_OK:
		return;
	case SPOOL_CREDIT_SHORT:
		p += num_fmt(p, left);
		memcpy(p, ", hacen falta ", 14);
		num_fmt(p + 14, envelope.count);
		refuse(EXIT_REFUSED, text, "");
	case SPOOL_CREDIT_MISSING:
		strerr_warnw("no credit file that can be read for plan ", plan);
		refuse(EXIT_LATER, "saldo de envios no disponible, intentelo mas tarde", "");
	case SPOOL_CREDIT_ERROR:
		fail(EXIT_SPOOL, "use the credit file");
	}
}

static void commit(char const *key, char const *plan, char const *id, bool charged)
{
	struct spool_credit_hold hold;
	uint64_t left = 0;
	if (charged)
		check_credit(spool_credit_take(&spool, plan, envelope.count, id, key, &hold, &left), plan, left);
	enum spool_draft_end end = spool_draft_commit(&draft, key);
	int e = errno;
	if (charged)
		(end == SPOOL_DRAFT_DONE ? spool_credit_spent
			: end == SPOOL_DRAFT_UNKNOWN ? spool_credit_leave : spool_credit_back)(&hold);
	errno = e;
	if (end == SPOOL_DRAFT_DONE)
		return;
	if (end == SPOOL_DRAFT_TAKEN) /* by one who does not know of our lock */
		answer_repeat(key);
	fail(EXIT_SPOOL, "commit a file to new");
}

static _Noreturn void transact(char const *path)
{
	struct buf login = BUF_ZERO;
	char id[UUID_HEX], key[SPOOL_KEY];
	char const *plan = read_login(&login);
	bool charged = costs_credit();
	read_message();
	read_envelope();
	check_limits();
	uuid_fresh(id);
	int keyed = spool_key(key, plan, &envelope, &message, id);
	if (keyed < 0)
		fail(EXIT_MEMORY, "read the message's header");
	open_spool(path);
	if (!spool_lock(&spool, key))
		fail(EXIT_SPOOL, "lock the spool");
	if (keyed)
		answer_repeat(key);
	if (message.n == 0) {
		if (!spool_count_begin(&spool))
			fail(EXIT_SPOOL, "make count");
		write_draft(0, id, &login);
		commit(key, plan, id, false);
		accept_contacts(envelope.count, id);
	}
	if (charged) {
		uint64_t left = 0;
		enum spool_credit r = spool_credit_judge(&spool, plan, envelope.count, &left);
		check_credit(r, plan, left);
	}
	uint64_t send = take_number();
	write_draft(send, id, &login);
	commit(key, plan, id, charged);
	accept_send(send, id);
}

/* --- Credit --------------------------------------------------------------------------- */

/* PLAN=+N, PLAN=-N. */
static _Noreturn void change_credit(char const *path)
{
	char plan[PLAN_MAX + 1], text[NUM_FMT + 1];
	char const *eq = strchr(options.credit, '=');
	uint64_t amount, left = 0;
	size_t n = eq ? (size_t)(eq - options.credit) : 0;
	if (!eq || !address_is_plan(options.credit, n) || (eq[1] != '+' && eq[1] != '-')
		|| !num_scan(eq + 2, strlen(eq + 2), CREDIT_MAX, &amount))
		strerr_dief(EXIT_MISUSED, "not PLAN=+N or PLAN=-N: ", options.credit);
	memcpy(plan, options.credit, n);
	plan[n] = 0;
	if (borrowed && getuid() != 0)
		strerr_dief(EXIT_MISUSED, "only the spool's owner changes credit");
	check_limits();
	open_spool(path);
	enum spool_credit r = spool_credit_change(&spool, plan, eq[1] == '+', amount, &left);
	if (r == SPOOL_CREDIT_SHORT)
		strerr_dief(EXIT_MISUSED, "the credit would be below zero, or above what can be counted");
	if (r == SPOOL_CREDIT_MISSING)
		strerr_dief(EXIT_MISUSED, "no credit file, or not one that can be read, for plan ", plan);
	if (r == SPOOL_CREDIT_ERROR)
		fail(EXIT_SPOOL, "change the credit");
	n = num_fmt(text, left);
	text[n++] = '\n';
	if (!fdio_write(1, text, n)) /* it is changed all the same */
		strerr_warnwusys("write the new credit");
	_exit(0);
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-spool";
	begin();
	char const *path = read_options(argc, argv);
	if (options.credit)
		change_credit(path);
	transact(path);
}
