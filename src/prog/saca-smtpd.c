/* saca-smtpd: the dialogue on descriptors 0 and 1. smtp/dialogue.c leads it; here are the
   options, the clocks, and the world the dialogue asks about. */
#define _GNU_SOURCE
#include "base/exitcode.h"
#include "base/version.h"
#include "base/clock.h"
#include "base/ascii.h"
#include "base/date.h"
#include "base/num.h"
#include "base/setid.h"
#include "base/random.h"
#include "smtp/dialogue.h"
#include "smtp/login.h"
#include "smtp/client.h"
#include "smtp/queue.h"
#include "smtp/queueenv.h"
#include "accounts/senders.h"
#include "smtp/record.h"
#include "ucspi/peer.h"
#include "ucspi/starttls.h"

#include <skalibs/djbunix.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define USAGE "saca-smtpd [-Apq] [-a senders.cdb] [-h host] [-b brand] [-u url] [-s size] [-r recipients] " \
	"[-o octets] [-n line] [-N authline] [-e errors] [-f logins] [-d delay] [-t command] [-l login] " \
	"[-T session] [-w queue] checkpassword-program -- queue-program"

enum { INPUT = 65536, COMMANDS = 8192 }; /* a long line's room; what is read of others at once */
enum { TROUBLE = ANSWER_LINE + 80 };
enum { LEAVE_MS = 5000 }; /* time for the last replies to go out */

/* Everything of this process's one session. */
struct session {
	struct dialogue smtp;
	struct dialogue_config config;
	struct client client;
	struct queue queue;
	struct senders senders;
	bool senders_open;
	char const *senders_path;
	struct starttls tls;
	char const *const *authenticator;
	uint64_t delay, command, login, total, queueing; /* milliseconds */
	uint64_t started, command_since, progress;
	struct peer_end peer;
	char host[256], url[300], date[DATE_RFC5322];
	struct queueenv queueenv;
	char trouble[TROUBLE]; /* why what was asked last could not be answered, or "" */
};

/* --- Clocks ----------------------------------------------------------------------------- */

/* No later than `grace` behind the clocks of the session and the login. */
static uint64_t bounded(struct session const *me, uint64_t at, uint64_t grace)
{
	uint64_t from = me->started + grace;
	if (at > from + me->total)
		at = from + me->total;
	if (!me->smtp.logged_in && at > from + me->login)
		at = from + me->login;
	return at;
}

static uint64_t deadline(struct session const *me)
{
	return bounded(me, me->command_since + me->command, 0);
}

/* Of a client who does not read what he is told. One who does is still told of the end. */
static uint64_t deadline_to_read(struct session const *me)
{
	return bounded(me, clock_ms() + me->command, LEAVE_MS);
}

static void restart_command_clock(struct session *me)
{
	if (me->progress == me->smtp.progress)
		return;
	me->progress = me->smtp.progress;
	me->command_since = clock_ms();
}

/* --- What the dialogue asks ------------------------------------------------------------- */

static void say(void *arg, char const *s, size_t n)
{
	struct session *me = arg;
	client_put(&me->client, s, n, deadline_to_read(me));
}

/* What has been said need not wait with who takes his time: least of all one message's 250
   for the next message's commit (RFC 2920 3.2). */
static void flush(struct session *me)
{
	client_flush(&me->client, deadline_to_read(me));
}

/* What was said last has some time to leave, though a clock has run out. */
static void flush_last(struct session *me)
{
	uint64_t at = deadline_to_read(me), least = clock_ms() + LEAVE_MS;
	client_flush(&me->client, at > least ? at : least);
}

/* Notes what the log is to say of a program that failed; and what it said itself. */
static void trouble(struct session *me, char const *program, struct run_end const *end, char const *said)
{
	run_tell(stpcpy(me->trouble, program), end);
	if (*said)
		strcat(strcat(me->trouble, ": "), said);
}

static enum dialogue_lookup log_in(void *arg, char const *user, size_t un, char const *password, size_t pn)
{
	struct session *me = arg;
	struct run_end end;
	flush(me);
	me->trouble[0] = 0;
	enum dialogue_lookup r = authenticate(me->authenticator, user, un, password, pn, me->started + me->login, &end);
	if (r == DIALOGUE_UNKNOWN)
		trouble(me, "checkpassword program: ", &end, "");
	return r;
}

/* What a guesser pays. */
static void delay(void *arg)
{
	struct session *me = arg;
	struct timespec t = {.tv_sec = (time_t)(me->delay / 1000), .tv_nsec = (long)(me->delay % 1000) * 1000000};
	flush(me);
	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

static bool open_senders(struct session *me)
{
	if (me->senders_open)
		return true;
	if (!senders_open(&me->senders, me->senders_path)) {
		strerr_warnwusys("open ", me->senders_path);
		return false;
	}
	return me->senders_open = true;
}

static enum dialogue_lookup answer(struct session const *me, enum senders_result r)
{
	if (r == SENDERS_DAMAGED)
		strerr_warnw(me->senders_path, " is damaged");
	return r == SENDERS_DAMAGED ? DIALOGUE_UNKNOWN : r == SENDERS_YES ? DIALOGUE_YES : DIALOGUE_NO;
}

static enum dialogue_lookup plan(void *arg, char const *name, size_t n, struct accounts_plan *out)
{
	struct session *me = arg;
	if (!me->senders_path)
		return DIALOGUE_NO;
	if (!open_senders(me))
		return DIALOGUE_UNKNOWN;
	return answer(me, senders_plan(&me->senders, name, n, out));
}

static enum dialogue_lookup sender(void *arg, char const *name, size_t pn, char const *address, size_t n)
{
	struct session *me = arg;
	if (!open_senders(me))
		return DIALOGUE_UNKNOWN;
	return answer(me, senders_address(&me->senders, name, pn, address, n, NULL));
}

static enum dialogue_tls tls(void *arg)
{
	struct session *me = arg;
	switch (starttls_look(&me->tls)) {
	case STARTTLS_READY:
		return DIALOGUE_TLS_READY;
	case STARTTLS_DEAD:
		return DIALOGUE_TLS_BROKEN;
	default:
		return DIALOGUE_TLS_NONE;
	}
}

static bool body_start(void *arg)
{
	struct session *me = arg;
	return queue_begin(&me->queue);
}

static bool body(void *arg, char const *s, size_t n)
{
	struct session *me = arg;
	return queue_write(&me->queue, s, n);
}

static void queue(void *arg, struct dialogue const *s, bool empty, char const *envelope, size_t n, struct answer *out)
{
	struct session *me = arg;
	flush(me);
	uint64_t until = clock_ms() + me->queueing;
	queueenv_set(&me->queueenv, s);
	char const **envp = queueenv_make(&me->queueenv);
	if (envp)
		queue_run(&me->queue, empty, envelope, n, envp, until, out);
	else
		answer_read(out, -1, "", 0);
	me->trouble[0] = 0;
	if (!envp)
		strcpy(me->trouble, "out of memory");
	else if (out->verdict == VERDICT_TEMPORARY || out->verdict == VERDICT_FULL)
		trouble(me, "queue program: ", &me->queue.end, out->text);
	free(envp);
	me->command_since = clock_ms(); /* that time was ours, not the client's */
}

static void log_record(void *arg, struct dialogue const *s, struct dialogue_record const *r)
{
	struct session *me = arg;
	record_log(&me->peer, s->tls, r, me->trouble);
	me->trouble[0] = 0;
}

static uint64_t clock_now(void *arg)
{
	(void)arg;
	return clock_ms();
}

static bool over(void *arg)
{
	struct session *me = arg;
	return clock_ms() >= me->started + me->total || client_stopped();
}

/* --- The session --------------------------------------------------------------------------- */

/* Waits for what the client sends. A large message's memory is freed after its reply went out. */
static enum client_event listen_to(struct session *me, char *s, size_t n, size_t *got)
{
	client_flush(&me->client, deadline_to_read(me));
	queue_tidy(&me->queue);
	return client_read(&me->client, s, n, got, deadline(me));
}

/* How much to ask for: bodies are read in large pieces, and what is never filled of the
   room is no memory. */
static size_t wanted(struct session const *me, size_t len)
{
	bool body = me->smtp.reading == READING_BODY || me->smtp.reading == READING_CHUNK;
	return body || len > INPUT - COMMANDS ? INPUT - len : COMMANDS;
}

/* Reads and answers until the session is over. */
static void talk(struct session *me)
{
	/* one octet of room before the input: smtp/data.h asks for it */
	static char room[1 + INPUT];
	char *input = room + 1;
	size_t len = 0, used, got;
	for (;;) {
		switch (listen_to(me, input + len, wanted(me, len), &got)) {
		case CLIENT_DATA:
			break;
		case CLIENT_EOF:
			dialogue_end(&me->smtp, DIALOGUE_VANISHED);
			return;
		case CLIENT_TIMEOUT:
			dialogue_end(&me->smtp, DIALOGUE_TIMEOUT);
			return;
		default:
			dialogue_end(&me->smtp, DIALOGUE_SHUTDOWN);
			return;
		}
		len += got;
		switch (dialogue_feed(&me->smtp, input, len, &used)) {
		case DIALOGUE_CLOSE:
			return;
		case DIALOGUE_START_TLS:
			restart_command_clock(me);
			if (!client_flush(&me->client, deadline(me)) || !starttls_start(&me->tls, deadline(me)))
				return;
			dialogue_tls_started(&me->smtp);
			used = len;
			break;
		default:
			break;
		}
		memmove(input, input + used, len - used);
		len -= used;
		restart_command_clock(me);
	}
}

static void date_now(char out[DATE_RFC5322])
{
	time_t now = time(NULL);
	struct tm tm;
	if (!localtime_r(&now, &tm) || !date_rfc5322(out, &tm, (int)(tm.tm_gmtoff / 60)))
		out[0] = 0;
}

/* The settings that have a default of their own. */
static void fill_names(struct session *me)
{
	struct dialogue_config *c = &me->config;
	if (!c->host) {
		if (gethostname(me->host, sizeof me->host - 1) < 0 || !me->host[0])
			strcpy(me->host, "localhost");
		c->host = me->host;
	}
	if (!c->brand)
		c->brand = c->host;
	if (!c->url) {
		strcpy(me->url, "http://");
		strncat(me->url, c->brand, sizeof me->url - 9);
		strcat(me->url, "/");
		c->url = me->url;
	}
	date_now(me->date);
	c->date = me->date;
}

static uint64_t number(char const *value, char option, uint64_t min, uint64_t max)
{
	char const name[] = {'-', option, 0};
	uint64_t v;
	if (!num_scan(value, strlen(value), max, &v) || v < min)
		strerr_dief(EXIT_MISUSE, "bad value for ", name, ": ", value);
	return v;
}

static uint64_t seconds(char const *value, char option)
{
	return 1000 * number(value, option, 1, 1000000);
}

static void option(struct session *me, int letter, char const *value)
{
	struct dialogue_config *c = &me->config;
	char o = (char)letter;
	switch (letter) {
	case 'A': c->any_sender = true; break;
	case 'p': c->cleartext = true; break;
	case 'q': c->plain_queue = true; break;
	case 'a': me->senders_path = value; break;
	case 'h': c->host = value; break;
	case 'b': c->brand = value; break;
	case 'u': c->url = value; break;
	case 's': c->max_size = number(value, o, 1, UINT64_C(1) << 40); break;
	case 'r': c->max_rcpt = (uint32_t)number(value, o, 1, 10000000); break;
	case 'o': c->max_rcpt_octets = number(value, o, 1, UINT64_C(1) << 30); break;
	case 'n': c->max_line = number(value, o, 512, INPUT); break;
	case 'N': c->max_auth_line = number(value, o, 512, INPUT); break;
	case 'e': c->max_errors = (unsigned int)number(value, o, 1, 1000000); break;
	case 'f': c->max_logins = (unsigned int)number(value, o, 1, 1000000); break;
	case 'd': me->delay = number(value, o, 0, 60000); break;
	case 't': me->command = seconds(value, o); break;
	case 'l': me->login = seconds(value, o); break;
	case 'T': me->total = seconds(value, o); break;
	case 'w': me->queueing = seconds(value, o); break;
	case 'V': version_exit();
	default: strerr_dieusage(EXIT_MISUSE, USAGE);
	}
}

static void options(struct session *me, int argc, char const **argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	for (;;) {
		int letter = subgetopt_r(argc, argv, "Apqa:h:b:u:s:r:o:n:N:e:f:d:t:l:T:w:V", &l);
		if (letter == -1)
			break;
		option(me, letter, l.arg);
	}
	argv += l.ind;
	me->authenticator = argv;
	while (*argv && strcmp(*argv, "--") != 0)
		argv++;
	if (!*argv || argv == me->authenticator || !argv[1])
		strerr_dieusage(EXIT_MISUSE, USAGE);
	*argv++ = NULL;
	me->queue.argv = argv;
	if (!me->senders_path && !me->config.any_sender)
		strerr_dief(EXIT_MISUSE, "-a senders.cdb is needed, or -A, which says that any sender will do");
}

static struct session session = {
	.config = {.max_size = 512000, .max_rcpt = 50000, .max_rcpt_octets = 2 << 20, .max_line = DIALOGUE_LINE,
		.max_auth_line = DIALOGUE_AUTH_LINE, .max_errors = 10, .max_logins = 3},
	.queue = QUEUE_ZERO,
	.senders = SENDERS_ZERO,
	.delay = 2000,
	.command = 300000,
	.login = 120000,
	.total = 3600000,
	.queueing = 300000,
};

int main(int argc, char const **argv)
{
	struct session *me = &session;
	struct dialogue_hooks const hooks = {
		.arg = me, .reply = say, .login = log_in, .delay = delay, .plan = plan, .sender = sender, .tls = tls,
		.body_start = body_start, .body = body, .queue = queue, .log = log_record, .clock = clock_now,
		.over = over,
	};
	unsigned char key[SIPHASH_KEY];
	PROG = "saca-smtpd";
	setid_refuse();
	options(me, argc, argv);
	if (!fd_sanitize() || client_signals() < 0)
		strerr_diefusys(EXIT_TEMPORARY, "set up descriptors and signals");
	if (starttls_init(&me->tls) == STARTTLS_MALFORMED)
		strerr_dief(EXIT_MISUSE, "bad SSLCTLFD, SSLREADFD or SSLWRITEFD");
	if (!random_octets(key, sizeof key))
		strerr_diefusys(EXIT_TEMPORARY, "get random octets");
	peer_client(&me->peer);
	fill_names(me);
	me->started = me->command_since = clock_ms();
	dialogue_start(&me->smtp, &me->config, &hooks, key, me->tls.ctl < 0 && peer_is_under_tls());
	talk(me);
	flush_last(me);
	dialogue_free(&me->smtp);
	return 0;
}
