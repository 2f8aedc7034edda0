/* saca-import: imports the spool into the store, each file exactly once. saca-import(8). */
#include "base/clock.h"
#include "base/exitcode.h"
#include "base/option.h"
#include "base/setid.h"
#include "base/version.h"
#include "import/content.h"
#include "import/import.h"
#include "import/prune.h"
#include "import/watch.h"
#include "import/webfolder.h"
#include "spool/expire.h"
#include "spool/lock.h"
#include "spool/number.h"
#include "spool/spool.h"
#include "spool/summary.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define USAGE "saca-import [-fp] [-k days] [-w web] [-u url] [-x prefix] [-n files] [-b octets] spool store"

/* With -f: seconds between two runs of housekeeping, after which unreadable files are tried again. */
#define HOUSEKEEPING 300

/* Seconds for a transaction; saca-import(8) gives them in minutes. A store that takes longer has
   stopped answering, and must not block the spool. */
#define TRANSACTION_SECONDS 900

#define KEEP_MAX 36500 /* days */

struct options {
	bool follow, paused, keep;
	uint64_t keep_days; /* 0: for ever */
	char const *web, *url, *prefix, *spool, *store;
	size_t files, octets;
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static char alarm_line[100];

/* Exits at once: the next run continues after any interruption. */
static void on_alarm(int sig)
{
	(void)sig;
	(void)!write(2, alarm_line, strlen(alarm_line)); /* the exit code reports it too */
	_exit(EXIT_TEMPORARY);
}

/* Is it the beginning of a field name (RFC 5322 2.2)? */
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
	for (int c; (c = subgetopt_r(argc, argv, "fpk:w:u:x:n:b:V", &l)) != -1;) {
		switch (c) {
		case 'f': o.follow = true; break;
		case 'p': o.paused = true; break;
		case 'k': o.keep = true; o.keep_days = option_number('k', l.arg, 0, KEEP_MAX); break;
		case 'w': o.web = l.arg; break;
		case 'u': o.url = l.arg; break;
		case 'x': o.prefix = l.arg; break;
		case 'n': o.files = (size_t)option_number('n', l.arg, 1, 100000); break;
		case 'b': o.octets = (size_t)option_number('b', l.arg, 1, (uint64_t)1 << 30); break;
		case 'V': version_exit();
		default: strerr_dieusage(EXIT_MISUSE, USAGE);
		}
	}
	if (argc - l.ind != 2 || !*argv[l.ind] || !*argv[l.ind + 1])
		strerr_dieusage(EXIT_MISUSE, USAGE);
	o.spool = argv[l.ind];
	o.store = argv[l.ind + 1];
	if (!is_prefix(o.prefix))
		strerr_dief(EXIT_MISUSE, "-x takes the beginning of a header field's name, not: ", o.prefix);
	if (!content_url_ok(o.url))
		strerr_dief(EXIT_MISUSE, "-u takes an http(s) URL or an absolute path, not: ", o.url);
	if (o.web && !*o.web)
		strerr_dief(EXIT_MISUSE, "-w takes the path of a folder, not an empty word");
	if (store_is_postgres(o.store) && !o.web)
		strerr_dief(EXIT_MISUSE, "a PostgreSQL store needs -w and the folder for images");
	return o;
}

/* The folder of -w, or `web` beside the SQLite file. */
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
	if (o->web && !webfolder_ready(w)) /* fail now, not at the first image */
		strerr_diefsys(EXIT_TEMPORARY, "unable to write to the web folder ", o->web);
	return w;
}

static struct store *open_store(char const *address)
{
	struct store *s;
	enum store_result r = store_open(&s, address, true);
	if (r != STORE_OK)
		strerr_dief(r == STORE_NEWER || r == STORE_REFUSED ? EXIT_MISUSE : EXIT_TEMPORARY,
			"unable to open the store: ", s ? s->reason : "out of memory");
	return s;
}

static void draw_bar(uint64_t done, uint64_t known)
{
	enum { WIDTH = 40 };
	char bar[WIDTH + 1];
	size_t full = known ? (size_t)(done * WIDTH / known) : 0;
	for (size_t i = 0; i < WIDTH; i++)
		bar[i] = i < full ? '#' : '.';
	bar[WIDTH] = 0;
	fprintf(stderr, "\r[%s] %3u%% %llu/%llu", bar, (unsigned int)(known ? done * 100 / known : 0),
		(unsigned long long)done, (unsigned long long)known);
	fflush(stderr);
}

static bool on_terminal;

/* Called between two transactions. */
static void show_progress(uint64_t done, uint64_t known)
{
	alarm(TRANSACTION_SECONDS);
	if (on_terminal)
		draw_bar(done, known);
}

static void erase_bar(void)
{
	if (on_terminal)
		fputs("\r\033[K", stderr);
	fflush(stderr);
}

/* Prints untrusted text without control characters: names come from a folder that Maildir readers
   write to, reasons from a store. */
static void print_clean(char const *s)
{
	for (; *s; s++)
		fputc((unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s, stderr);
}

static void print_notice(char const *name, uint64_t send, char const *user, char const *reason, bool left)
{
	erase_bar();
	fprintf(stderr, "%s: %s: ", PROG, left ? "not readable now, left" : "set aside");
	print_clean(name);
	if (send)
		fprintf(stderr, ": send %llu", (unsigned long long)send);
	if (*user) {
		fputs(send ? " of " : ": contacts of ", stderr);
		print_clean(user);
	}
	fputs(": ", stderr);
	print_clean(reason);
	fputc('\n', stderr);
}

static void print_ignored(uint64_t send, char const *notes)
{
	erase_bar();
	fprintf(stderr, "%s: send %llu: %s\n", PROG, (unsigned long long)send, notes);
}

static void print_summary(struct import_count const *c, uint64_t ms)
{
	if (!c->imported && !c->failed && !c->repeated)
		return;
	fprintf(stderr, "%s: imported=%llu sends=%llu contacts=%llu new=%llu failed=%llu ms=%llu\n",
		PROG, (unsigned long long)c->imported, (unsigned long long)c->sends,
		(unsigned long long)c->contacts, (unsigned long long)c->fresh,
		(unsigned long long)c->failed, (unsigned long long)ms);
}

static void import_waiting(struct import *im)
{
	uint64_t start = clock_ms();
	im->count = (struct import_count){.imported = 0};
	alarm(TRANSACTION_SECONDS);
	bool done = import_run(im);
	alarm(0);
	erase_bar();
	print_summary(&im->count, clock_ms() - start);
	fflush(stderr);
	if (!done)
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

/* Raises the counter, since one that was lost or is new could give a number of the store again; removes old
   entries. */
static void keep_house(struct import *im, struct options const *o)
{
	uint64_t highest;
	alarm(TRANSACTION_SECONDS);
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
	if (o->keep_days && !prune_done(im->spool, o->keep_days, time(NULL)))
		strerr_diefsys(EXIT_TEMPORARY, "unable to remove old files from done in the spool ", o->spool);
}

static bool wait_for_files(struct watch *w)
{
	sigset_t stops, before;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	sigprocmask(SIG_BLOCK, &stops, &before);
	bool may_go_on = stopped || watch_wait(w, HOUSEKEEPING, &before) || errno == EINTR;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return may_go_on;
}

/* Imports until a signal comes. Returns EXIT_SET_ASIDE if any file was set aside. A failure ends the
   program: its supervisor starts it again. */
static int follow_spool(struct import *im, struct options const *o)
{
	struct watch w;
	uint64_t kept = clock_ms();
	int code = 0;
	if (!watch_open(&w, o->spool))
		strerr_diefsys(EXIT_TEMPORARY, "unable to watch the spool ", o->spool);
	while (!stopped) {
		import_waiting(im);
		code = im->count.failed ? EXIT_SET_ASIDE : code;
		if (!wait_for_files(&w))
			strerr_diefsys(EXIT_TEMPORARY, "unable to watch the spool ", o->spool);
		if (clock_ms() - kept >= (uint64_t)HOUSEKEEPING * 1000) {
			keep_house(im, o);
			kept = clock_ms();
		}
	}
	watch_close(&w);
	return code;
}

static void set_signals(void)
{
	struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
	struct sigaction late = {.sa_handler = on_alarm};
	spool_lock_stop = &stopped;
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	snprintf(alarm_line, sizeof alarm_line, "%s: fatal: the store has not ended a transaction in %d minutes\n",
		PROG, TRANSACTION_SECONDS / 60);
	sigaction(SIGALRM, &late, NULL);
}

static bool is_empty(char const *path)
{
	struct dirent const *e;
	size_t names = 0;
	DIR *d = opendir(path);
	if (!d)
		return true;
	while ((e = readdir(d)))
		names++;
	closedir(d);
	return names == 2; /* . and .. */
}

/* Opens the spool, and makes it if it is missing. A mistyped path becomes a spool in which nothing
   ever waits, and it may be root's: a warning says so, unless an empty folder was there for it. */
static void open_spool(struct spool *sp, char const *path)
{
	bool is_new = !spool_exists(path) && errno == ENOENT;
	if (is_new && !is_empty(path))
		strerr_dief(EXIT_MISUSE, path, " is a folder with other files, and no spool (there is no new in it)");
	is_new = is_new && access(path, F_OK) != 0;
	if (!spool_open(sp, path))
		strerr_diefsys(EXIT_TEMPORARY, "unable to open the spool ", path);
	if (is_new)
		strerr_warnw("there was no spool ", path, ": made one", getuid() ? "" : ", which belongs to root");
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
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ); /* one write a line: a log may have other writers */
	struct import im = {.spool = &spool, .store = open_store(o.store),
		.options = {.prefix = o.prefix, .url = o.url, .web = open_web(&o)},
		.state = o.paused ? "paused" : "new", .keep = o.keep, .most_files = o.files, .most_octets = o.octets,
		.progress = show_progress, .notice = print_notice, .ignored = print_ignored, .stop = &stopped};
	keep_house(&im, &o);
	int code;
	if (o.follow) {
		code = follow_spool(&im, &o);
	} else {
		import_waiting(&im);
		code = exit_code(&im.count);
	}
	import_free(&im);
	webfolder_free(im.options.web);
	im.store->close(im.store);
	spool_close(&spool);
	return code;
}
