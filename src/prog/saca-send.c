/* saca-send: sends in the store become mails. saca-send(8). */
#include "base/exitcode.h"
#include "base/num.h"
#include "base/option.h"
#include "base/random.h"
#include "base/setid.h"
#include "base/version.h"
#include "mail/address.h"
#include "mail/cid.h"
#include "send/linkkeys.h"
#include "send/maildir.h"
#include "send/pool.h"
#include "send/worker.h"
#include "store/store.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USAGE "saca-send [-fT] [-n sessions] [-m mails-a-second] [-t seconds] [-l seconds] [-r prefix@host]" \
	" [-a senders.cdb] [-h host] [-b brand] -k link.key -p published -u url store smtp://host[:port]" \
	" | saca-send -o maildir ... store send | saca-send -K link.key"

enum { HOST_OCTETS = 64, BAR = 40 };

struct options {
	bool follow, require_tls;
	uint64_t sessions, rate, patience, lease;
	char const *bounce, *senders, *host, *brand, *keys, *published, *url, *maildir, *new_key;
	char const *store, *target; /* the server's URL, or the number of a send */
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

/* --- Options ----------------------------------------------------------------------------- */

static struct options read_options(int argc, char const *const *argv)
{
	struct options o = {.sessions = 8, .patience = 300, .lease = 60};
	subgetopt l = SUBGETOPT_ZERO;
	for (int c; (c = subgetopt_r(argc, argv, "fTn:m:t:l:r:a:h:b:k:p:u:o:K:V", &l)) != -1;) {
		switch (c) {
		case 'f': o.follow = true; break;
		case 'T': o.require_tls = true; break;
		case 'n': o.sessions = option_number('n', l.arg, 1, POOL_MAX); break;
		case 'm': o.rate = option_number('m', l.arg, 1, 1000000); break;
		case 't': o.patience = option_number('t', l.arg, 1, 3600); break;
		case 'l': o.lease = option_number('l', l.arg, 1, 3600); break;
		case 'r': o.bounce = l.arg; break;
		case 'a': o.senders = l.arg; break;
		case 'h': o.host = l.arg; break;
		case 'b': o.brand = l.arg; break;
		case 'k': o.keys = l.arg; break;
		case 'p': o.published = l.arg; break;
		case 'u': o.url = l.arg; break;
		case 'o': o.maildir = l.arg; break;
		case 'K': o.new_key = l.arg; break;
		case 'V': version_exit();
		default: strerr_dieusage(EXIT_MISUSE, USAGE);
		}
	}
	argc -= l.ind;
	argv += l.ind;
	if (o.new_key ? argc != 0 : argc != 2 || !o.keys || !o.published || !o.url)
		strerr_dieusage(EXIT_MISUSE, USAGE);
	if (argc == 2) {
		o.store = argv[0];
		o.target = argv[1];
	}
	return o;
}

/* Is it a host name of letters, digits, dots and hyphens? */
static bool is_host(char const *s)
{
	size_t const n = strlen(s);
	return n > 0 && n < HOST_OCTETS * 4 && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == n;
}

static bool is_link_url(char const *url)
{
	static char const *const loopback[] = {"http://localhost", "http://127.0.0.1", "http://[::1]"};
	size_t const n = strlen(url);
	bool good = !strncmp(url, "https://", 8) && n > 8;
	for (size_t i = 0; i < sizeof loopback / sizeof *loopback; i++) {
		size_t const len = strlen(loopback[i]);
		good = good || (!strncmp(url, loopback[i], len) && strchr(":/", url[len]));
	}
	return good && n < 200 && url[n - 1] != '/' && !strpbrk(url, "?#") && cid_safe(url);
}

/* Reads PREFIX@HOST of -r. */
static void read_bounce(char const *s, struct job_settings *settings)
{
	static char copy[ADDRESS_MAX + 1];
	char *at = NULL;
	if (address_check(s, strlen(s), false) == ADDRESS_OK)
		at = strrchr(strcpy(copy, s), '@');
	if (!at || !is_host(at + 1))
		strerr_dief(EXIT_MISUSE, "-r takes a prefix and a host, such as bounce+@example.com, not: ", s);
	*at = 0;
	if (!render_prefix_fits(copy))
		strerr_dief(EXIT_MISUSE, "-r: with its token the local part is longer than 64 octets, choose a shorter prefix: ", copy);
	settings->prefix = copy;
	settings->bounce_host = at + 1;
}

static void read_settings(struct options const *o, struct job_settings *settings)
{
	static char host[HOST_OCTETS + 1], brand[RENDER_BRAND_MAX + 1];
	static struct linkkeys keys;
	if (!o->host && gethostname(host, HOST_OCTETS) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "get the name of the host");
	settings->host = o->host ? o->host : host;
	if (!is_host(settings->host))
		strerr_dief(EXIT_MISUSE, "-h takes the name of a host, not: ", settings->host);
	if (!render_brand(brand, o->brand ? o->brand : settings->host))
		strerr_dief(EXIT_MISUSE, "-b takes a name with at least 5 letters and digits, not: ", o->brand ? o->brand : settings->host);
	if (!is_link_url(o->url))
		strerr_dief(EXIT_MISUSE, "-u takes a https:// URL without a slash at its end, not: ", o->url);
	if (o->bounce)
		read_bounce(o->bounce, settings);
	if (!linkkeys_read(&keys, o->keys)) {
		if (errno == EINVAL)
			strerr_dief(EXIT_MISUSE, o->keys, " is no file of keys: saca-send -K makes one");
		strerr_diefusys(EXIT_TEMPORARY, "read ", o->keys);
	}
	settings->published = open(o->published, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (settings->published < 0)
		strerr_diefusys(EXIT_TEMPORARY, "open the folder ", o->published);
	settings->keys = &keys;
	settings->brand = brand;
	settings->url = o->url;
	settings->senders = o->senders;
}

static struct store *open_store(char const *address, bool write)
{
	struct store *s;
	if (store_open(&s, address, write) != STORE_OK)
		strerr_dief(EXIT_TEMPORARY, "unable to open the store ", address, ": ", s ? s->reason : "out of memory");
	return s;
}

/* --- -o ---------------------------------------------------------------------------------- */

static bool copy_plan(void *arg, size_t n, char const *const *column, size_t const *length)
{
	(void)n;
	return num_scan(column[0], length[0], INT64_MAX, arg);
}

static int write_maildir(struct options const *o, struct job_settings const *settings)
{
	struct ledger l = {.store = open_store(o->store, false)};
	struct store *s = l.store;
	struct maildir_counts counts;
	struct job *j;
	char reason[STORE_REASON];
	uint64_t send, plan = 0;
	if (!num_scan(o->target, strlen(o->target), INT64_MAX, &send))
		strerr_dief(EXIT_MISUSE, "with -o the last argument is the number of a send, not: ", o->target);
	enum store_result r = ledger_begin(&l, STORE_READ);
	if (r == STORE_OK)
		r = s->run(s, "SELECT plan_id FROM send WHERE id = $1", STORE_VALUES(store_number(send)), copy_plan, &plan);
	if (r == STORE_OK && !plan)
		strerr_dief(EXIT_NOT_FOUND, "there is no send ", o->target);
	if (r == STORE_OK)
		r = job_load(&j, s, plan, send, settings);
	if (r != STORE_OK)
		strerr_dief(EXIT_TEMPORARY, "unable to read send ", o->target, ": ", s->reason);
	struct publish_file published;
	if (!job_publish(j, settings, &published) || !publish_commit(&published, 1))
		strerr_diefusys(EXIT_TEMPORARY, "publish send ", o->target);
	publish_end(&published);
	if (!maildir_write(o->maildir, &l, j, settings, &counts, reason))
		strerr_dief(EXIT_TEMPORARY, reason);
	s->rollback(s);
	s->close(s);
	job_free(j);
	fprintf(stderr, "%s: send %s: %" PRIu64 " mails written, %" PRIu64 " malformed, %" PRIu64 " unsubscribed\n",
		PROG, o->target, counts.written, counts.malformed, counts.left);
	return 0;
}

/* --- Sending ----------------------------------------------------------------------------- */

static bool has_bar;

static void clear_bar(void)
{
	if (has_bar)
		fputs("\r\033[K", stderr);
	has_bar = false;
}

static void show_ended(struct job const *j, struct worker_counts const *c, enum worker_end end, char const *reason)
{
	static char const *const words[] = {[WORKER_SENT] = "sent", [WORKER_POSTPONED] = "deferred mails are tried again later",
		[WORKER_PAUSED] = "paused", [WORKER_LOST] = "stopped, paused or cancelled by others", [WORKER_RELEASED] = "to be continued"};
	clear_bar();
	fprintf(stderr, "%s: send %" PRIu64 " of plan %s: %s%s%s: %" PRIu64 " handed over, %" PRIu64 " deferred, %" PRIu64
		" refused, %" PRIu64 " malformed, %" PRIu64 " unsubscribed\n", PROG, j->send, j->render.send.plan, words[end],
		reason ? ": " : "", reason ? reason : "", c->handed, c->deferred, c->refused, c->malformed, c->left);
}

static void show_server(char const *reason)
{
	clear_bar();
	if (reason)
		strerr_warnw("the mail server does not take mails, trying again: ", reason);
	else
		strerr_warni("the mail server takes mails again");
}

static void show_store(char const *reason)
{
	clear_bar();
	if (reason)
		strerr_warnw("the store fails, trying again: ", reason);
	else
		strerr_warni("the store works again");
}

static void show_progress(uint64_t done, uint64_t total)
{
	if (!total)
		return;
	size_t const full = done >= total ? BAR : (size_t)(done * BAR / total);
	char bar[BAR + 1];
	for (size_t i = 0; i < BAR; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR] = 0;
	fprintf(stderr, "\r[%s] %" PRIu64 " of %" PRIu64 "\033[K", bar, done, total);
	has_bar = true;
}

/* Blocks SIGTERM and SIGINT, except while the loop waits. */
static void set_signals(sigset_t *waiting)
{
	struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, waiting);
	sigdelset(waiting, SIGTERM);
	sigdelset(waiting, SIGINT);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* Makes a name that no other worker has, on any host. */
static void name_worker(char out[LEDGER_NAME], char const *host)
{
	uint32_t random;
	if (!random_octets(&random, sizeof random))
		strerr_diefusys(EXIT_TEMPORARY, "get random octets");
	snprintf(out, LEDGER_NAME, "%.64s.%ld.%08" PRIx32, host, (long)getpid(), random);
}

static int send_mails(struct options const *o, struct job_settings const *settings)
{
	static struct pool pool;
	struct session_server server = {o->target, settings->host, o->require_tls, (unsigned)o->patience};
	struct ledger l = {.lease = (unsigned)o->lease};
	struct worker_options w = {.sessions = (size_t)o->sessions, .rate = (unsigned)o->rate, .follow = o->follow,
		.patience = (unsigned)o->patience,
		.stop = &stopped, .ended = show_ended, .server = show_server, .store = show_store,
		.progress = isatty(2) ? show_progress : NULL};
	sigset_t waiting;
	char reason[STORE_REASON];
	bool paused;
	if (!session_url_is_valid(o->target))
		strerr_dief(EXIT_MISUSE, "the server is smtp://HOST[:PORT] or smtps://HOST[:PORT], not: ", o->target);
	name_worker(l.name, settings->host);
	set_signals(&waiting);
	w.waiting = &waiting;
	/* Start the sessions before the store is opened: they must not inherit its connection. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) || !pool_open(&pool, w.sessions, &server))
		strerr_diefusys(EXIT_TEMPORARY, "start the sessions");
	l.store = open_store(o->store, true);
	enum worker_result r = worker_run(&l, &pool, settings, &w, &paused, reason);
	clear_bar();
	l.store->close(l.store);
	pool_close(&pool);
	if (r == WORKER_SERVER_DOWN)
		strerr_dief(EXIT_TEMPORARY, "the mail server ", o->target, " takes no mails: ", reason);
	if (r == WORKER_FAILED)
		strerr_dief(EXIT_TEMPORARY, reason);
	return paused && !o->follow ? EXIT_PAUSED : 0;
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-send";
	setid_refuse();
	struct options o = read_options(argc, argv);
	struct job_settings settings = {.published = -1};
	umask(027); /* published/ is for a group */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	if (o.new_key) {
		if (!linkkeys_add(o.new_key))
			strerr_diefusys(EXIT_TEMPORARY, "add a key to ", o.new_key);
		return 0;
	}
	read_settings(&o, &settings);
	return o.maildir ? write_maildir(&o, &settings) : send_mails(&o, &settings);
}
