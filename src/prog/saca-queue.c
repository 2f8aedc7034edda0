/* saca-queue: shows the files that wait in the spool or were set aside, and changes them for the
   operator. saca-queue(8). */
#define _FILE_OFFSET_BITS 64
#include "base/exitcode.h"
#include "base/num.h"
#include "base/setid.h"
#include "base/utf8.h"
#include "base/version.h"
#include "import/batch.h"
#include "import/queue_find.h"
#include "import/queue_row.h"
#include "mail/address.h"
#include "spool/credit.h"
#include "spool/lock.h"
#include "spool/number.h"
#include "spool/requeue.h"
#include "spool/summary.h"
#include "store/listing.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-queue [-jC] [-p plan] [-u user] [-d day] spool [list], or saca-queue [-jC] spool credit, " \
	"or saca-queue spool metrics, or saca-queue -c [-a seconds] spool, or saca-queue spool show|retry|drop file, " \
	"or saca-queue [-i K/N] spool renumber file"

#define AGE 3600 /* seconds that a file may wait before -c complains */

static struct {
	enum listing_format format;
	struct queue_filter filter;
	bool checks;
	uint64_t age;
	uint64_t residue, hosts;
	char const *path, *verb, *file;
} options = {.age = AGE, .hosts = 1};

static _Noreturn void die_memory(void)
{
	strerr_dief(EXIT_TEMPORARY, "out of memory");
}

static _Noreturn void die_spool(char const *what)
{
	strerr_dief(EXIT_TEMPORARY, "unable to ", what, ": ", spool_error(errno));
}

static _Noreturn void die_output(void)
{
	strerr_diefusys(EXIT_TEMPORARY, "write to standard output");
}

/* --- Listing ----------------------------------------------------------------------------- */

/* Lists the files that wait, or those that were set aside, in the order of the import. */
static void list_files(struct spool const *sp, bool failed, struct listing *l)
{
	struct batch b = {.failed = failed};
	do {
		if (!batch_fill(&b, sp))
			die_spool("read the spool");
		for (size_t i = 0; i < b.n; i++) {
			if (queue_row(sp, &b.files[i], &options.filter, options.format == LISTING_TABLE, l) == QUEUE_ROW_FAILED)
				die_memory();
			if (ferror(stdout)) /* now, while errno says why */
				die_output();
		}
	} while (b.more);
	batch_free(&b);
}

static void warn_stranger(char const *folder, char const *name)
{
	fprintf(stderr, "saca-queue: warning: %s/", folder);
	listing_line(stderr, name, strlen(name));
	fputs(" is not a regular file: saca-import skips it\n", stderr);
}

static int list_spool(struct spool const *sp)
{
	struct listing *l = listing_new(stdout, options.format, queue_columns, QUEUE_COLUMNS);
	if (!l)
		die_memory();
	list_files(sp, false, l);
	list_files(sp, true, l);
	if (!listing_end(l))
		die_output();
	if (!spool_report_strangers(sp, warn_stranger))
		die_spool("read the spool");
	return 0;
}

/* --- Credit, metrics, check -------------------------------------------------------------- */

/* Calls act for each plan that has a credit file. */
static void each_plan(struct spool const *sp, void (*act)(char const *plan, uint64_t balance, void *), void *arg)
{
	DIR *d = spool_folder_read(sp, SPOOL_CREDIT);
	struct dirent *e;
	uint64_t balance;
	if (!d)
		die_spool("read the folder credit");
	while ((errno = 0, e = readdir(d)))
		if (address_is_plan(e->d_name, strlen(e->d_name))
			&& spool_credit_peek(sp, e->d_name, &balance) == SPOOL_CREDIT_OK)
			act(e->d_name, balance, arg);
	if (errno)
		die_spool("read the folder credit");
	spool_folder_done(d);
}

static void list_plan(char const *plan, uint64_t balance, void *listing)
{
	char digits[NUM_FMT];
	char const *const cell[] = {plan, digits};
	size_t const length[] = {strlen(plan), num_fmt(digits, balance)};
	if (!listing_row(listing, cell, length))
		die_memory();
}

static int list_credit(struct spool const *sp)
{
	static struct listing_column const credit[] = {{"plan", false, 0}, {"contacts", true, 0}};
	struct listing *l = listing_new(stdout, options.format, credit, 2);
	if (!l)
		die_memory();
	each_plan(sp, list_plan, l);
	if (!listing_end(l))
		die_output();
	return 0;
}

static void print_plan(char const *plan, uint64_t balance, void *arg)
{
	(void)arg;
	printf("saca_credit{plan=\"%s\"} %" PRIu64 "\n", plan, balance);
}

static void print_metric(char const *name, char const *help, uint64_t value)
{
	printf("# HELP %s %s\n# TYPE %s gauge\n%s %" PRIu64 "\n", name, help, name, name, value);
}

static uint64_t age_of(struct spool_summary const *s)
{
	time_t now = time(NULL);
	return s->oldest && now > s->oldest ? (uint64_t)(now - s->oldest) : 0;
}

static void summarize_spool(struct spool const *sp, struct spool_summary *s)
{
	if (!spool_summarize(sp, s))
		die_spool("read the spool");
}

/* Prometheus' text format. */
static int print_metrics(struct spool const *sp)
{
	struct spool_summary s;
	summarize_spool(sp, &s);
	print_metric("saca_spool_waiting", "Files that wait for the import.", s.waiting);
	print_metric("saca_spool_waiting_octets", "Size of the files that wait.", s.octets);
	print_metric("saca_spool_oldest_seconds", "Age of the oldest file that waits.", age_of(&s));
	print_metric("saca_spool_failed", "Files that were set aside.", s.failed);
	print_metric("saca_spool_strangers", "Entries that are not regular files.", s.strangers);
	puts("# HELP saca_credit Contacts that a plan may still send to.\n# TYPE saca_credit gauge");
	each_plan(sp, print_plan, NULL);
	if (fflush(stdout) != 0 || ferror(stdout))
		die_output();
	return 0;
}

/* One line, and exit code 1 if something is wrong. */
static int check_spool(struct spool const *sp)
{
	struct spool_summary s;
	summarize_spool(sp, &s);
	bool wrong = s.failed || s.strangers || age_of(&s) > options.age;
	printf("%s: %" PRIu64 " waiting, the oldest for %" PRIu64 " seconds, %" PRIu64 " set aside, "
		"%" PRIu64 " not regular\n", wrong ? "WRONG" : "OK", s.waiting, age_of(&s), s.failed, s.strangers);
	if (fflush(stdout) != 0 || ferror(stdout))
		die_output();
	return wrong ? EXIT_SET_ASIDE : 0;
}

/* --- One file ---------------------------------------------------------------------------- */

/* Finds the one file that a word names. The caller frees its name. */
static struct batch_file find_file(struct spool const *sp, char const *word)
{
	struct batch_file f;
	switch (queue_find(&f, sp, word)) {
	case QUEUE_FOUND:
		return f;
	case QUEUE_SEVERAL:
		strerr_dief(EXIT_NOT_FOUND, "more than one file is meant by ", word);
	case QUEUE_NONE:
		strerr_dief(EXIT_NOT_FOUND, "there is no file ", word);
	case QUEUE_ERROR:
		break;
	}
	die_spool("read the spool");
}

/* Copies a file to standard output. On a terminal control characters are escaped, and the
   start of a UTF-8 character waits for its rest. */
static void copy_out(int fd, bool terminal)
{
	static char s[65536];
	size_t kept = 0;
	ssize_t n;
	while ((n = read(fd, s + kept, sizeof s - kept)) > 0) {
		size_t all = kept + (size_t)n;
		kept = terminal ? utf8_unfinished(s, all) : 0;
		if (terminal)
			listing_clean(stdout, s, all - kept);
		else
			fwrite(s, 1, all, stdout);
		memmove(s, s + all - kept, kept);
	}
	if (n < 0)
		die_spool("read the file");
	listing_clean(stdout, s, kept);
	if (fflush(stdout) != 0 || ferror(stdout))
		die_output();
}

static int show_file(struct spool const *sp, struct batch_file const *f)
{
	char s[QUEUE_REASON];
	size_t n;
	int fd = queue_open(sp, f, "");
	if (fd < 0)
		die_spool("open the file");
	char const *reason = queue_read_reason(sp, f, s, &n);
	if (reason) {
		fputs("saca-queue: set aside: ", stderr);
		listing_clean(stderr, reason, n);
		fputc('\n', stderr);
	}
	copy_out(fd, isatty(1));
	close(fd);
	return 0;
}

static void require_aside(struct batch_file const *f)
{
	if (f->folder != SPOOL_FAILED)
		strerr_dief(EXIT_NOT_FOUND, "it was not set aside, it waits already: ", f->name);
}

static void judge_put_back(struct batch_file const *f, enum spool_requeue r)
{
	if (r == SPOOL_REQUEUE_EXISTS)
		strerr_dief(EXIT_NOT_FOUND, "a file of that name waits already: ", f->name);
	if (r == SPOOL_REQUEUE_CONTACTS)
		strerr_dief(EXIT_NOT_FOUND, "it has no number, only contacts: ", f->name);
	if (r == SPOOL_REQUEUE_NO_NUMBER)
		strerr_dief(EXIT_TEMPORARY, "count is missing or damaged: run saca-import, which makes it anew");
	if (r != SPOOL_REQUEUE_DONE)
		die_spool("put the file back");
}

static int retry_file(struct spool const *sp, struct batch_file const *f)
{
	require_aside(f);
	judge_put_back(f, spool_retry(sp, f->name));
	return 0;
}

static int renumber_file(struct spool const *sp, struct batch_file const *f)
{
	struct spool_renumbered n = {.residue = options.residue, .hosts = options.hosts};
	require_aside(f);
	judge_put_back(f, spool_renumber(sp, f->name, &n));
	printf("send %" PRIu64 " is now send %" PRIu64 ": tell the client, whose reply names %" PRIu64 "\n",
		n.before, n.after, n.before);
	if (fflush(stdout) != 0 || ferror(stdout))
		die_output();
	return 0;
}

static int drop_file(struct spool const *sp, struct batch_file const *f)
{
	enum spool_requeue r = spool_drop(sp, f->folder, f->name);
	if (r == SPOOL_REQUEUE_BEGUN)
		strerr_dief(EXIT_NOT_FOUND, "its import has begun, let saca-import end it: ", f->name);
	if (r != SPOOL_REQUEUE_DONE)
		die_spool("remove the file");
	return 0;
}

/* --- Command line ------------------------------------------------------------------------ */

static struct { char const *name; int (*run)(struct spool const *); } const spool_verbs[] = {
	{"list", list_spool}, {"credit", list_credit}, {"metrics", print_metrics}};

static struct { char const *name; bool changes; int (*run)(struct spool const *, struct batch_file const *); }
	const file_verbs[] = {{"show", false, show_file}, {"retry", true, retry_file}, {"renumber", true, renumber_file},
	{"drop", true, drop_file}};

static _Noreturn void die_usage(void)
{
	strerr_dieusage(EXIT_MISUSE, USAGE);
}

static void set_format(enum listing_format format)
{
	if (options.format != LISTING_TABLE && options.format != format)
		die_usage();
	options.format = format;
}

static void read_options(int argc, char const *const *argv)
{
	bool lists = false, has_host = false;
	subgetopt l = SUBGETOPT_ZERO;
	for (int c; (c = subgetopt_r(argc, argv, "jCcVa:i:p:u:d:", &l)) != -1;)
		switch (c) {
		case 'V': version_exit();
		case 'j': set_format(LISTING_JSON); break;
		case 'C': set_format(LISTING_CSV); break;
		case 'c': options.checks = true; break;
		case 'a':
			if (!num_scan(l.arg, strlen(l.arg), INT64_MAX, &options.age))
				strerr_dief(EXIT_MISUSE, "invalid number of seconds: ", l.arg);
			break;
		case 'i':
			has_host = true;
			if (!spool_number_hosts(l.arg, &options.residue, &options.hosts))
				strerr_dief(EXIT_MISUSE, "invalid host number: ", l.arg);
			break;
		case 'p': options.filter.plan = l.arg; lists = true; break;
		case 'u': options.filter.user = l.arg; lists = true; break;
		case 'd': options.filter.day = l.arg; lists = true; break;
		default: die_usage();
		}
	int words = argc - l.ind;
	if (words < 1 || words > 3 || (words == 3 && !*argv[l.ind + 2]))
		die_usage();
	options.path = argv[l.ind];
	options.verb = words > 1 ? argv[l.ind + 1] : "list";
	options.file = words > 2 ? argv[l.ind + 2] : NULL;
	bool is_list = strcmp(options.verb, "list") == 0, is_credit = strcmp(options.verb, "credit") == 0;
	if ((lists && !is_list) || (options.format != LISTING_TABLE && !is_list && !is_credit)
		|| (has_host && strcmp(options.verb, "renumber") != 0)
		|| (options.checks && (words > 1 || lists || options.format != LISTING_TABLE)))
		die_usage();
}

static void open_spool(struct spool *sp, bool changes)
{
	bool opened = changes ? spool_exists(options.path) && spool_open(sp, options.path)
		: spool_open_to_read(sp, options.path);
	if (!opened)
		strerr_diefusys(EXIT_TEMPORARY, "open the spool ", options.path);
}

static int run_file_verb(size_t i)
{
	struct spool sp;
	open_spool(&sp, file_verbs[i].changes);
	struct batch_file f = find_file(&sp, options.file);
	int code = file_verbs[i].run(&sp, &f);
	free(f.name);
	spool_close(&sp);
	return code;
}

static int run_spool_verb(int (*run)(struct spool const *))
{
	struct spool sp;
	open_spool(&sp, false);
	int code = run(&sp);
	spool_close(&sp);
	return code;
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-queue";
	setid_refuse();
	read_options(argc, argv);
	if (options.checks)
		return run_spool_verb(check_spool);
	for (size_t i = 0; !options.file && i < sizeof spool_verbs / sizeof *spool_verbs; i++)
		if (strcmp(options.verb, spool_verbs[i].name) == 0)
			return run_spool_verb(spool_verbs[i].run);
	for (size_t i = 0; options.file && i < sizeof file_verbs / sizeof *file_verbs; i++)
		if (strcmp(options.verb, file_verbs[i].name) == 0)
			return run_file_verb(i);
	die_usage();
}
