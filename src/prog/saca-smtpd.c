/* saca-smtpd: one SMTP session on descriptors 0 and 1. smtp/dialogue.h is the engine; this file
   has its caller: the options, the clocks, and the hooks. */
#define _GNU_SOURCE
#include "base/ascii.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/exitcode.h"
#include "base/last.h"
#include "base/option.h"
#include "base/random.h"
#include "base/setid.h"
#include "base/version.h"
#include "base/wait.h"
#include "base/wipe.h"
#include "smtp/client.h"
#include "smtp/dialogue.h"
#include "smtp/login.h"
#include "smtp/queue.h"
#include "smtp/record.h"
#include "smtp/restrict.h"
#include "smtp/sendersfile.h"
#include "ucspi/peer.h"
#include "ucspi/starttls.h"

#include <skalibs/djbunix.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define USAGE "saca-smtpd [-ApqV] [-a senders.cdb] [-h host] [-b brand] [-u url] [-s size] [-r recipients] " \
	"[-o octets] [-n line] [-N authline] [-e errors] [-f logins] [-d delay] [-F first] [-t command] [-l login] " \
	"[-T session] [-w queue] [-C socket] [-Q socket] [checkpassword-program] [--] [queue-program]"

enum {
	INPUT = 65536,   /* octets of the input buffer */
	COMMANDS = 8192, /* octets read at once outside bodies: pages that are never read into use no memory */
	FAILURE = ASK_REASON + ANSWER_LINE,
	LEAVE_MS = 5000  /* time to write the last replies */
};

struct session {
	struct dialogue dialogue;
	struct dialogue_config config;
	struct queue queue;
	struct login login;
	struct senders_file senders;
	struct starttls tls;
	uint64_t delay, first, command, authentication, total, queueing; /* milliseconds: the options */
	uint64_t started, command_since; /* times of clock_ms */
	uint64_t progress;               /* the dialogue's, when the clock for a command was restarted */
	struct peer_end peer;
	char host[256], url[300], date[DATE_RFC5322];
	char failure[FAILURE]; /* why the last program or service failed, for the log; or "" */

	/* buffers: see base/last.h */
	struct client client;
	char buffer[1 + INPUT]; /* dialogue_feed needs one octet before its input */
	struct queue_room room;
};

/* --- Clocks ----------------------------------------------------------------------------- */

/* The earliest of `at`, the end of the session and the end of the time to log in; `grace` is
   added to these two. */
static uint64_t limit_deadline(struct session const *me, uint64_t at, uint64_t grace)
{
	uint64_t from = me->started + grace;
	if (at > from + me->total)
		at = from + me->total;
	if (!me->dialogue.logged_in && at > from + me->authentication)
		at = from + me->authentication;
	return at;
}

/* Returns the time by which the client's command, or its next octets of a body, must arrive. */
static uint64_t command_deadline(struct session const *me)
{
	uint64_t time = me->dialogue.progress ? me->command : me->first;
	return limit_deadline(me, me->command_since + time, 0);
}

/* Returns the time by which the client must read its replies. It has LEAVE_MS more to read that its
   time is over. */
static uint64_t reply_deadline(struct session const *me)
{
	return limit_deadline(me, clock_ms() + me->command, LEAVE_MS);
}

static void restart_command_clock(struct session *me)
{
	if (me->progress == me->dialogue.progress)
		return;
	me->progress = me->dialogue.progress;
	me->command_since = clock_ms();
}

/* --- Hooks ------------------------------------------------------------------------------- */

static void keep_reply(void *arg, char const *s, size_t n)
{
	struct session *me = arg;
	client_put(&me->client, s, n, reply_deadline(me));
}

/* Sends the replies. Called before each wait for a program: no reply waits for another
   message's commit (RFC 2920 section 3.2). */
static void flush_replies(struct session *me)
{
	client_flush(&me->client, reply_deadline(me));
}

static void flush_last_replies(struct session *me)
{
	uint64_t at = reply_deadline(me), least = clock_ms() + LEAVE_MS;
	client_flush(&me->client, at > least ? at : least);
}

static enum dialogue_lookup check_login(void *arg, char const *user, size_t un, char const *password, size_t pn)
{
	struct session *me = arg;
	flush_replies(me);
	enum dialogue_lookup r = login_check(&me->login, user, un, password, pn, me->peer.ip, 1, me->started + me->authentication);
	strcpy(me->failure, r == DIALOGUE_UNKNOWN ? me->login.reason : "");
	return r;
}

static void delay_failed_login(void *arg)
{
	struct session *me = arg;
	flush_replies(me);
	wait_for(-1, 0, clock_ms() + me->delay);
}

static enum dialogue_lookup read_plan(void *arg, char const *name, size_t n, struct accounts_plan *out)
{
	struct session *me = arg;
	return senders_file_plan(&me->senders, name, n, out);
}

static enum dialogue_lookup check_sender(void *arg, char const *name, size_t pn, char const *address, size_t n)
{
	struct session *me = arg;
	return senders_file_address(&me->senders, name, pn, address, n);
}

static enum dialogue_tls look_for_tls(void *arg)
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

static bool start_body(void *arg)
{
	struct session *me = arg;
	return queue_begin(&me->queue);
}

static bool write_body(void *arg, char const *s, size_t n)
{
	struct session *me = arg;
	return queue_write(&me->queue, s, n);
}

static void run_queue(void *arg, struct dialogue const *d, bool empty, char const *envelope, size_t n, struct answer *out)
{
	struct session *me = arg;
	struct queue_settings const settings = {
		.value = {[SUBMISSION_USER] = d->user, [SUBMISSION_PLAN] = d->user + d->plan_at, [SUBMISSION_HELO] = d->helo,
			[SUBMISSION_HOST] = d->config->host, [SUBMISSION_PROTO] = dialogue_protocol(d),
			[SUBMISSION_TICKET] = me->login.ticket, [SUBMISSION_PROTOCOL] = getenv("SSL_PROTOCOL"),
			[SUBMISSION_CIPHER] = getenv("SSL_CIPHER"), [SUBMISSION_IP] = me->peer.ip},
		.plan = &d->plan};
	flush_replies(me);
	queue_run(&me->queue, &settings, empty, envelope, n, clock_ms() + me->queueing, out);
	me->failure[0] = 0;
	if (out->verdict == VERDICT_TEMPORARY || out->verdict == VERDICT_FULL) {
		strcpy(me->failure, me->queue.reason);
		if (out->text[0])
			strcat(strcat(me->failure, ": "), out->text);
	}
	me->command_since = clock_ms(); /* the client is not charged for the queue's time */
}

static void log_record(void *arg, struct dialogue const *d, struct dialogue_record const *r)
{
	struct session *me = arg;
	record_log(&me->peer, d->tls, r, me->failure);
	me->failure[0] = 0;
}

static uint64_t now(void *arg)
{
	(void)arg;
	return clock_ms();
}

static bool is_over(void *arg)
{
	struct session *me = arg;
	return clock_ms() >= me->started + me->total || client_stopped();
}

/* --- The session --------------------------------------------------------------------------- */

/* Waits for the client, and reads. A large message's memory is freed after its reply is sent. */
static enum client_event read_client(struct session *me, char *s, size_t n, size_t *got)
{
	client_flush(&me->client, reply_deadline(me));
	queue_tidy(&me->queue);
	return client_read(&me->client, s, n, got, command_deadline(me));
}

static size_t octets_to_read(struct session const *me, size_t len)
{
	return dialogue_in_body(&me->dialogue) || len > INPUT - COMMANDS ? INPUT - len : COMMANDS;
}

/* Moves the rest of s[0..len) to the front, and wipes the places that it leaves: it may be the
   start of an AUTH. Returns its length. */
static size_t drop_used(char *s, size_t len, size_t used)
{
	size_t rest = len - used;
	if (used && rest) {
		memmove(s, s + used, rest);
		wipe(s + rest, used);
	}
	return rest;
}

/* Reads and replies until the session is over. */
static void run_session(struct session *me)
{
	char *input = me->buffer + 1;
	size_t len = 0, used, got;
	for (;;) {
		enum client_event event = read_client(me, input + len, octets_to_read(me, len), &got);
		if (event != CLIENT_DATA) {
			wipe(input, len);
			dialogue_end(&me->dialogue, event == CLIENT_EOF ? DIALOGUE_VANISHED
				: event == CLIENT_TIMEOUT ? DIALOGUE_TIMEOUT : DIALOGUE_SHUTDOWN);
			return;
		}
		len += got;
		enum dialogue_next next = dialogue_feed(&me->dialogue, input, len, &used);
		if (next == DIALOGUE_CLOSE)
			return;
		if (next == DIALOGUE_START_TLS) {
			restart_command_clock(me);
			if (!client_flush(&me->client, command_deadline(me)) || !starttls_start(&me->tls, command_deadline(me)))
				return;
			dialogue_tls_started(&me->dialogue);
		}
		len = drop_used(input, len, used);
		restart_command_clock(me);
	}
}

/* --- Settings ------------------------------------------------------------------------------- */

static void write_date(char out[DATE_RFC5322])
{
	time_t now = time(NULL);
	struct tm tm;
	if (!localtime_r(&now, &tm) || !date_rfc5322(out, &tm, (int)(tm.tm_gmtoff / 60)))
		out[0] = 0;
}

/* Sets the names that have no option: host, brand, URL, date. */
static void set_default_names(struct session *me)
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
	write_date(me->date);
	c->date = me->date;
}

static uint64_t read_seconds(char option, char const *value)
{
	return 1000 * option_number(option, value, 1, 1000000);
}

static void read_option(struct session *me, int letter, char const *value)
{
	struct dialogue_config *c = &me->config;
	char o = (char)letter;
	switch (letter) {
	case 'A': c->any_sender = true; break;
	case 'p': c->cleartext = true; break;
	case 'q': c->plain_queue = true; break;
	case 'a': me->senders.path = value; break;
	case 'h': c->host = value; break;
	case 'b': c->brand = value; break;
	case 'u': c->url = value; break;
	case 's': c->max_size = option_number(o, value, 1, UINT64_C(1) << 40); break;
	case 'r': c->max_rcpt = (uint32_t)option_number(o, value, 1, 10000000); break;
	case 'o': c->max_rcpt_octets = option_number(o, value, 1, UINT64_C(1) << 30); break;
	case 'n': c->max_line = option_number(o, value, 512, INPUT); break;
	case 'N': c->max_auth_line = option_number(o, value, 512, INPUT); break;
	case 'e': c->max_errors = (unsigned int)option_number(o, value, 1, 1000000); break;
	case 'f': c->max_logins = (unsigned int)option_number(o, value, 1, 1000000); break;
	case 'd': me->delay = option_number(o, value, 0, 60000); break;
	case 'F': me->first = read_seconds(o, value); break;
	case 't': me->command = read_seconds(o, value); break;
	case 'l': me->authentication = read_seconds(o, value); break;
	case 'T': me->total = read_seconds(o, value); break;
	case 'w': me->queueing = read_seconds(o, value); break;
	case 'C': me->login.socket = value; break;
	case 'Q': me->queue.socket = value; break;
	case 'V': version_exit();
	default: strerr_dieusage(EXIT_MISUSE, USAGE);
	}
}

/* Sets the programs: with -C the arguments are the queue program, with -Q the checkpassword program,
   without both they are separated by `--`. */
static void read_programs(struct session *me, char const **argv)
{
	char const **queue = argv;
	if (!me->login.socket)
		me->login.argv = argv;
	if (!me->login.socket && !me->queue.socket) {
		while (*queue && strcmp(*queue, "--") != 0)
			queue++;
		if (!*queue || queue == argv)
			strerr_dieusage(EXIT_MISUSE, USAGE);
		*queue++ = NULL;
	}
	if (!me->queue.socket)
		me->queue.argv = queue;
	bool has_none = me->login.socket && me->queue.socket;
	if (has_none ? *argv != NULL : !*(me->queue.socket ? argv : queue))
		strerr_dieusage(EXIT_MISUSE, USAGE);
}

static void read_options(struct session *me, int argc, char const **argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	for (;;) {
		int letter = subgetopt_r(argc, argv, "Apqa:h:b:u:s:r:o:n:N:e:f:d:F:t:l:T:w:C:Q:V", &l);
		if (letter == -1)
			break;
		read_option(me, letter, l.arg);
	}
	read_programs(me, argv + l.ind);
	if (!me->senders.path && !me->config.any_sender)
		strerr_dief(EXIT_MISUSE, "no list of senders: give -a senders.cdb, or -A to accept any sender");
}

/* Gives up rights: with two services, the session needs no program, and only the file of senders. */
static void give_up_rights(struct session *me)
{
	if (!me->login.socket || !me->queue.socket)
		return;
	senders_file_open_early(&me->senders);
	if (!restrict_session())
		strerr_diefusys(EXIT_TEMPORARY, "give up rights");
}

static void set_defaults(struct session *me)
{
	me->config = (struct dialogue_config){.max_size = 512000, .max_rcpt = 50000, .max_rcpt_octets = 2 << 20,
		.max_line = DIALOGUE_LINE, .max_auth_line = DIALOGUE_AUTH_LINE, .max_errors = 10, .max_logins = 3};
	me->queue = (struct queue)QUEUE_ZERO(&me->room);
	me->senders = (struct senders_file)SENDERS_FILE_ZERO;
	me->delay = 2000;
	me->first = 30000;
	me->command = 300000;
	me->authentication = 120000;
	me->total = 3600000;
	me->queueing = 300000;
}

PLACED_LAST struct session session;

int main(int argc, char const **argv)
{
	struct session *me = &session;
	struct dialogue_hooks const hooks = {
		.arg = me, .reply = keep_reply, .login = check_login, .delay = delay_failed_login, .plan = read_plan,
		.sender = check_sender, .tls = look_for_tls, .body_start = start_body, .body = write_body,
		.queue = run_queue, .log = log_record, .clock = now, .over = is_over,
	};
	unsigned char key[SIPHASH_KEY];
	PROG = "saca-smtpd";
	setid_refuse();
	set_defaults(me);
	read_options(me, argc, argv);
	if (!fd_sanitize() || !client_signals())
		strerr_diefusys(EXIT_TEMPORARY, "set up descriptors and signals");
	if (starttls_init(&me->tls) == STARTTLS_MALFORMED)
		strerr_dief(EXIT_MISUSE, "SSLCTLFD, SSLREADFD or SSLWRITEFD is not the number of a descriptor");
	if (!random_octets(key, sizeof key))
		strerr_diefusys(EXIT_TEMPORARY, "get random octets");
	peer_client(&me->peer);
	set_default_names(me);
	give_up_rights(me);
	me->started = me->command_since = clock_ms();
	dialogue_start(&me->dialogue, &me->config, &hooks, key, me->tls.ctl < 0 && peer_is_under_tls());
	run_session(me);
	flush_last_replies(me);
	return 0;
}
