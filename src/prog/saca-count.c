/* saca-count: counts what saca-hit and saca-bounce wrote to hits/. */
#include "base/buf.h"
#include "base/exitcode.h"
#include "base/setid.h"
#include "base/version.h"
#include "send/count.h"
#include "send/hitfile.h"
#include "send/hitlog.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-count [-f] hits store"

enum {
	SETTLE_SECONDS = 10,     /* age at which a line is counted: by then a burst of clicks is complete */
	HOUR = 3600,
	KEEP_SECONDS = HOUR,     /* age after its hour at which a file is removed */
	BATCH_OCTETS = 1048576   /* of lines in one transaction */
};

static volatile sig_atomic_t stopped;

struct count {
	char const *folder;
	int dir;
	struct store *store;
	struct hitfile_batch batch;
	struct count_summary sum;
	time_t swept; /* the last hour in which the table hit_log was cleaned */
};

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static _Noreturn void die_of_store(struct count const *c, char const *what)
{
	strerr_dief(EXIT_TEMPORARY, "unable to ", what, ": ", c->store->reason);
}

static void report_broken(char const *name, uint64_t offset)
{
	fprintf(stderr, "%s: warning: %s: the line at octet %llu is broken: skipped\n", PROG, name, (unsigned long long)offset);
}

static void report_cut(char const *name)
{
	fprintf(stderr, "%s: warning: %s: the file is shorter than what was counted of it: its views, opens and clicks"
		" are skipped, since they may have been counted\n", PROG, name);
}

/* Counts what is new in one file, batch by batch. Of a file whose end was cut off, the part that
   is left may have been counted. Its position is written after the whole part, so that a kill does
   not take the rest of the part for new. */
static void count_file(struct count *c, char const *name)
{
	uint64_t inode, from, cut = 0, kept = 0;
	int64_t hour_end = hitfile_hour_end(name);
	if (hitlog_read(c->store, name, &inode, &from) != STORE_OK)
		die_of_store(c, "read the store");
	while (!stopped) {
		time_t now = time(NULL);
		bool is_old = now >= hour_end + KEEP_SECONDS;
		time_t until = from < cut ? now : now - SETTLE_SECONDS;
		if (!hitfile_read(&c->batch, c->dir, name, inode, from, BATCH_OCTETS, until, is_old, report_broken)) {
			if (errno == ENOENT)
				return;
			strerr_diefusys(EXIT_TEMPORARY, "read ", c->folder, "/", name);
		}
		if (c->batch.is_cut) {
			report_cut(name);
			cut = c->batch.size;
			kept = from;
		}
		hitfile_skip_visits(&c->batch, cut);
		if (c->batch.to > c->batch.from || c->batch.inode != inode || c->batch.is_cut) {
			uint64_t read_to = c->batch.to < cut ? kept : c->batch.to;
			if (count_batch(c->store, name, &c->batch, read_to, &c->sum) != STORE_OK)
				die_of_store(c, "write to the store");
		} else if (!c->batch.is_finished)
			return;
		inode = c->batch.inode;
		from = c->batch.to;
		if (!c->batch.is_finished)
			continue;
		if (!is_old)
			return;
		int removed = hitfile_remove(c->dir, name, inode, from);
		if (removed < 0)
			strerr_diefusys(EXIT_TEMPORARY, "remove ", c->folder, "/", name);
		if (removed && hitlog_forget(c->store, name) != STORE_OK)
			die_of_store(c, "write to the store");
		return;
	}
}

static void report_summary(struct count *c)
{
	static char const *const names[HIT_KINDS] = {"views", "opens", "clicks", "unsubscriptions", "bounces", "complaints"};
	uint64_t lines = c->sum.broken;
	for (size_t i = 0; i < HIT_KINDS; i++)
		lines += c->sum.hits[i];
	if (!lines)
		return;
	fprintf(stderr, "%s: lines=%llu", PROG, (unsigned long long)lines);
	for (size_t i = 0; i < HIT_KINDS; i++)
		fprintf(stderr, " %s=%llu", names[i], (unsigned long long)c->sum.hits[i]);
	fprintf(stderr, " broken=%llu\n", (unsigned long long)c->sum.broken);
	c->sum = (struct count_summary){.broken = 0};
}

static void count_all(struct count *c)
{
	struct buf names = BUF_ZERO;
	time_t hour = time(NULL) / HOUR;
	if (!hitfile_list(c->dir, &names))
		strerr_diefusys(EXIT_TEMPORARY, "read the folder ", c->folder);
	if (hour != c->swept && hitlog_forget_missing(c->store, names.s, (int64_t)hour * HOUR - KEEP_SECONDS) != STORE_OK)
		die_of_store(c, "clean the store");
	c->swept = hour;
	for (char const *name = names.s; *name && !stopped; name += strlen(name) + 1)
		count_file(c, name);
	buf_free(&names);
	report_summary(c);
}

static void open_store(struct count *c, char const *address)
{
	enum store_result r = store_open(&c->store, address, true);
	if (!c->store)
		strerr_dief(EXIT_TEMPORARY, "out of memory");
	if (r != STORE_OK)
		strerr_dief(r == STORE_NEWER ? EXIT_MISUSE : EXIT_TEMPORARY, "unable to open the store: ", c->store->reason);
}

/* Locks the folder, for one saca-count at a time. False: another one has it. */
static bool lock_folder(struct count *c)
{
	c->dir = open(c->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir < 0)
		strerr_diefusys(EXIT_TEMPORARY, "open the folder ", c->folder);
	if (flock(c->dir, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		strerr_diefusys(EXIT_TEMPORARY, "lock the folder ", c->folder);
	return false;
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-count";
	setid_refuse();
	bool follow = false;
	struct count c = {.store = NULL};
	subgetopt l = SUBGETOPT_ZERO;
	for (int o; (o = subgetopt_r(argc, argv, "fV", &l)) != -1;)
		switch (o) {
		case 'f': follow = true; break;
		case 'V': version_exit();
		default: strerr_dieusage(EXIT_MISUSE, USAGE);
		}
	if (argc - l.ind != 2)
		strerr_dieusage(EXIT_MISUSE, USAGE);
	c.folder = argv[l.ind];
	if (!lock_folder(&c))
		return 0;
	struct sigaction stop = {.sa_handler = on_signal};
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	open_store(&c, argv[l.ind + 1]);
	do
		count_all(&c);
	while (follow && !stopped && (sleep(1), !stopped));
	hitfile_free(&c.batch);
	c.store->close(c.store);
	return 0;
}
