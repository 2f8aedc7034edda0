/* saca-import: from the spool to the store, exactly once. saca-import(8). */
#include "base/setid.h"
#include "base/exitcode.h"
#include "base/version.h"
#include "base/num.h"
#include "spool/expire.h"
#include "spool/lock.h"
#include "spool/number.h"
#include "spool/spool.h"
#include "spool/summary.h"
#include "import/content.h"
#include "import/import.h"
#include "store/store.h"
#include "import/watch.h"
#include "import/webfolder.h"

#include <errno.h>
#include <signal.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define USAGE "saca-import [-fk] [-w web] [-u url] [-x prefix] [-n files] [-b octets] spool store"


/* An importer that stays does the spool's housekeeping that often, and then looks for
   files that it could not read before. */
#define HOUSEKEEPING 300

/* Seconds for a transaction, with all that belongs to it. A store that has not done it by then
   does not answer any more, and must not hold the spool. */
#define PATIENCE 900

struct options {
	bool follow, keep;
	char const *web, *url, *prefix, *spool, *store;
	size_t files, octets;
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

/* It may end anywhere: the next run goes on from there. */
static void on_alarm(int sig)
{
	static char const line[] = "saca-import: fatal: no transaction has come to its end in 15 minutes\n";
	(void)sig;
	(void)!write(2, line, sizeof line - 1); /* the code says it too */
	_exit(EXIT_TEMPORARY);
}

static size_t number(char option, char const *s, uint64_t max)
{
	char const name[] = {'-', option, 0};
	uint64_t v;
	if (!num_scan(s, strlen(s), max, &v) || v == 0)
		strerr_dief(EXIT_MISUSE, name, " takes a number above 0, not: ", s);
	return (size_t)v;
}

/* A field's name begins with it: RFC 5322 2.2. */
static bool is_prefix(char const *s)
{
	size_t n = strlen(s);
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~' || s[i] == ':')
			return false;
	return n > 0 && n <= 64;
}

static struct options read_options(int argc, char const *const *argv)
{
	struct options o = {.url = "", .prefix = "X-Teenvio-", .files = 500, .octets = 16 << 20};
	subgetopt l = SUBGETOPT_ZERO;
	for (int c; (c = subgetopt_r(argc, argv, "fkw:u:x:n:b:V", &l)) != -1;) {
		switch (c) {
		case 'f': o.follow = true; break;
		case 'k': o.keep = true; break;
		case 'w': o.web = l.arg; break;
		case 'u': o.url = l.arg; break;
		case 'x': o.prefix = l.arg; break;
		case 'n': o.files = number('n', l.arg, 100000); break;
		case 'b': o.octets = number('b', l.arg, (uint64_t)1 << 30); break;
		case 'V': version_exit();
		default: strerr_dieusage(EXIT_MISUSE, USAGE);
		}
	}
	if (argc - l.ind != 2 || !*argv[l.ind] || !*argv[l.ind + 1])
		strerr_dieusage(EXIT_MISUSE, USAGE);
	o.spool = argv[l.ind];
	o.store = argv[l.ind + 1];
	if (!is_prefix(o.prefix))
		strerr_dief(EXIT_MISUSE, "-x takes the beginning of a field's name, not: ", o.prefix);
	if (!content_url_ok(o.url))
		strerr_dief(EXIT_MISUSE, "-u takes an http(s) URL or an absolute path, not: ", o.url);
	if (o.web && !*o.web)
		strerr_dief(EXIT_MISUSE, "-w takes a folder");
	if (store_is_postgres(o.store) && !o.web)
		strerr_dief(EXIT_MISUSE, "a PostgreSQL store needs -w, the folder for images");
	return o;
}

/* `web` beside the SQLite file, unless told otherwise. */
static struct webfolder *open_web(struct options const *o)
{
	char const *slash = strrchr(o->store, '/');
	size_t n = slash ? (size_t)(slash + 1 - o->store) : 0;
	char *beside = malloc(n + sizeof "web");
	struct webfolder *w = NULL;
	if (beside) {
		memcpy(beside, o->store, n);
		strcpy(beside + n, "web");
		w = webfolder_new(o->web ? o->web : beside);
	}
	free(beside);
	if (!w)
		strerr_dief(EXIT_TEMPORARY, "out of memory");
	if (o->web && !webfolder_ready(w)) /* now, and not at the first message that has an image */
		strerr_diefsys(EXIT_TEMPORARY, "unable to write to the web folder ", o->web);
	return w;
}

static struct store *open_store(char const *address)
{
	struct store *s;
	enum store_result r = store_open(&s, address, true);
	if (r != STORE_OK)
		strerr_dief(r == STORE_NEWER ? EXIT_MISUSE : EXIT_TEMPORARY, "unable to open the store: ",
			s ? s->reason : "out of memory");
	return s;
}

/* Between the transactions of a run nothing else writes to a terminal's line. */
static void draw(struct import const *im, uint64_t done, uint64_t known)
{
	enum { WIDTH = 40 };
	char bar[WIDTH + 1];
	size_t full = known ? (size_t)(done * WIDTH / known) : 0;
	(void)im;
	for (size_t i = 0; i < WIDTH; i++)
		bar[i] = i < full ? '#' : '.';
	bar[WIDTH] = 0;
	fprintf(stderr, "\r[%s] %3u%% %llu/%llu", bar, (unsigned int)(known ? done * 100 / known : 0),
		(unsigned long long)done, (unsigned long long)known);
	fflush(stderr);
}

static bool on_terminal;

/* Called between two transactions. */
static void progress(struct import const *im, uint64_t done, uint64_t known)
{
	alarm(PATIENCE);
	if (on_terminal)
		draw(im, done, known);
}

static void erase(void)
{
	if (on_terminal)
		fputs("\r\033[K", stderr);
	fflush(stderr);
}

/* A name comes from a folder that Maildir readers write to, a reason from a store. */
static void put_clean(char const *s)
{
	for (; *s; s++)
		fputc((unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s, stderr);
}

static void notice(char const *name, char const *reason, bool left)
{
	erase();
	fprintf(stderr, "%s: %s: ", PROG, left ? "not readable now, left" : "set aside");
	put_clean(name);
	fputs(": ", stderr);
	put_clean(reason);
	fputc('\n', stderr);
}

static void lacking(uint64_t send, char const *what)
{
	erase();
	fprintf(stderr, "%s: send %llu: %s\n", PROG, (unsigned long long)send, what);
}

static uint64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void summary(struct import_count const *c, uint64_t ms)
{
	if (!c->imported && !c->failed && !c->repeated)
		return;
	fprintf(stderr, "%s: imported=%llu sends=%llu contacts=%llu new=%llu failed=%llu ms=%llu\n",
		PROG, (unsigned long long)c->imported, (unsigned long long)c->sends,
		(unsigned long long)c->contacts, (unsigned long long)c->fresh,
		(unsigned long long)c->failed, (unsigned long long)ms);
}

/* Imports what waits, and says so. */
static void run(struct import *im)
{
	uint64_t start = now_ms();
	im->count = (struct import_count){.imported = 0};
	alarm(PATIENCE);
	bool well = import_run(im);
	alarm(0);
	erase();
	summary(&im->count, now_ms() - start);
	fflush(stderr);
	if (!well)
		strerr_dief(EXIT_TEMPORARY, im->error);
}

static int exit_code(struct import_count const *c)
{
	return c->unread ? EXIT_TEMPORARY : c->failed ? EXIT_SET_ASIDE : 0;
}

static void warn_stranger(char const *folder, char const *name)
{
	strerr_warnw(folder, "/", name, " in the spool is not a regular file: skipped");
}

/* A lost counter must not give a number again that the store holds. */
static void keep_house(struct import *im)
{
	uint64_t highest;
	alarm(PATIENCE);
	if (im->store->begin(im->store, STORE_READ) != STORE_OK || store_highest(im->store, &highest) != STORE_OK)
		strerr_dief(EXIT_TEMPORARY, "unable to read the store: ", im->store->reason);
	im->store->rollback(im->store);
	alarm(0);
	if (!spool_number_raise(im->spool, highest))
		strerr_dief(EXIT_TEMPORARY, "unable to raise the counter of the spool: ", spool_error(errno));
	if (!spool_report_strangers(im->spool, warn_stranger))
		strerr_diefusys(EXIT_TEMPORARY, "read the spool");
	if (!spool_expire(im->spool, time(NULL)))
		strerr_dief(EXIT_TEMPORARY, "unable to remove old entries of the spool: ", spool_error(errno));
}

static bool wait_for_files(struct watch *w)
{
	sigset_t stops, before;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	sigprocmask(SIG_BLOCK, &stops, &before);
	bool well = stopped || watch_wait(w, HOUSEKEEPING, &before) || errno == EINTR;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return well;
}

/* Stays until a signal comes; 1 when anything was set aside meanwhile. A failure ends
   it: whoever supervises it starts it again. */
static int follow(struct import *im, char const *spool)
{
	struct watch w;
	uint64_t kept = now_ms();
	int code = 0;
	if (!watch_open(&w, spool))
		strerr_diefsys(EXIT_TEMPORARY, "unable to watch ", spool);
	while (!stopped) {
		run(im);
		code = im->count.failed ? EXIT_SET_ASIDE : code;
		if (!wait_for_files(&w))
			strerr_diefsys(EXIT_TEMPORARY, "unable to watch ", spool);
		if (now_ms() - kept >= (uint64_t)HOUSEKEEPING * 1000) {
			keep_house(im);
			kept = now_ms();
		}
	}
	watch_close(&w);
	return code;
}

static void set_signals(void)
{
	struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
	struct sigaction late = {.sa_handler = on_alarm};
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGALRM, &late, NULL);
}

/* One is made where there is none, as saca-spool does; but a name that was mistyped would look
   like a spool where nothing waits, and one that root makes is root's, so it is said. */
static void open_spool(struct spool *sp, char const *path)
{
	bool is_new = !spool_exists(path) && errno == ENOENT;
	if (!spool_open(sp, path))
		strerr_diefsys(EXIT_TEMPORARY, "unable to open the spool ", path);
	if (is_new)
		strerr_warn(PROG, ": there was no spool, so one is made", getuid() ? ": " : ", root's: ", path);
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-import";
	setid_refuse();
	struct options o = read_options(argc, argv);
	struct spool spool;
	open_spool(&spool, o.spool);
	int locked = spool_import_lock(&spool);
	if (locked < 0)
		strerr_diefsys(EXIT_TEMPORARY, "unable to lock the spool ", o.spool);
	if (!locked)
		return 0;
	set_signals();
	on_terminal = isatty(2);
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ); /* a line is one write: a log may have other writers */
	struct import im = {.spool = &spool, .store = open_store(o.store),
		.options = {.prefix = o.prefix, .url = o.url, .web = open_web(&o)},
		.state = "new", .keep = o.keep, .most_files = o.files, .most_octets = o.octets,
		.progress = progress, .notice = notice, .lacking = lacking, .stop = &stopped};
	keep_house(&im);
	int code;
	if (o.follow) {
		code = follow(&im, o.spool);
	} else {
		run(&im);
		code = exit_code(&im.count);
	}
	import_free(&im);
	webfolder_free(im.options.web);
	im.store->close(im.store);
	spool_close(&spool);
	return code;
}
