/* saca-queue: what waits in the spool, and what was set aside and why. saca-queue(8). */
#include "base/setid.h"
#include "base/exitcode.h"
#include "base/version.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "mail/header.h"
#include "base/num.h"
#include "base/utf8.h"
#include "spool/name.h"
#include "spool/requeue.h"
#include "spool/spool.h"
#include "import/batch.h"
#include "store/listing.h"

#include <fcntl.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USAGE "saca-queue [-jc] spool [list | show file | retry file | drop file]"


#define HEAD 2048   /* octets in which a file's fields stand, but the recipients */
#define REASON 2048 /* octets of a .reason file that are shown */

/* Octets of a key that the table shows, and that it takes to name it by. With fewer, the number
   of a send that is gone would soon be the beginning of another one's key. */
#define BEGINNING 16

enum { COLUMNS = 9 };

static struct listing_column const columns[COLUMNS] = {
	{"where", false, 0}, {"file", false, 0}, {"send", true, 0}, {"date", false, 0},
	{"user", false, 32}, {"sender", false, 40}, {"contacts", true, 0}, {"octets", true, 0},
	{"reason", false, 0}};

static _Noreturn void no_memory(void)
{
	strerr_dief(EXIT_TEMPORARY, "out of memory");
}

static _Noreturn void spool_died(char const *what)
{
	strerr_diefsys(EXIT_TEMPORARY, "unable to ", what);
}

static _Noreturn void write_died(void)
{
	strerr_diefsys(EXIT_TEMPORARY, "unable to write");
}

/* FOLDER/NAME and an ending, in memory that the caller frees. */
static char *path_of(enum spool_folder folder, char const *name, char const *ending)
{
	char *s = malloc(strlen(spool_folders[folder]) + strlen(name) + strlen(ending) + 2);
	if (!s)
		no_memory();
	return strcat(strcat(strcat(strcpy(s, spool_folders[folder]), "/"), name), ending);
}

static int open_path(struct spool const *sp, char const *path)
{
	return openat(sp->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* The beginning of a file; 0 octets when it cannot be read. *size, unless it is NULL:
   the file's, -1 when it is not there. */
static size_t read_start(struct spool const *sp, char const *path, char *s, size_t n, off_t *size)
{
	struct stat st;
	if (size)
		*size = fstatat(sp->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_size : -1;
	int fd = open_path(sp, path);
	ssize_t r = fd < 0 ? -1 : read(fd, s, n);
	if (fd >= 0)
		close(fd);
	return r > 0 ? (size_t)r : 0;
}

/* --- Listing ------------------------------------------------------------------------- */

/* A field of the head, or none. */
static char const *field(char const *head, size_t n, char const *name, struct buf *value,
	size_t *length)
{
	int found = header_find(head, n, name, value);
	if (found < 0)
		no_memory();
	*length = value->len;
	return found ? value->s : NULL;
}

/* The same for a number, in digits as JSON has them: without zeros before it. */
static char const *number_field(char const *head, size_t n, char const *name, char digits[NUM_FMT],
	size_t *length)
{
	uint64_t v;
	struct buf value = BUF_ZERO;
	char const *s = field(head, n, name, &value, length);
	bool found = s && num_scan(s, *length, UINT64_MAX, &v);
	if (found)
		*length = num_fmt(digits, v);
	buf_free(&value);
	return found ? digits : NULL;
}

/* What stands behind the time in a .reason. */
static char const *reason_of(struct spool const *sp, struct batch_file const *f, char *s, size_t *n)
{
	if (f->folder != SPOOL_FAILED)
		return NULL;
	char *path = path_of(f->folder, f->name, ".reason");
	*n = read_start(sp, path, s, REASON, NULL);
	free(path);
	char *end = memchr(s, '\n', *n);
	*n = end ? (size_t)(end - s) : *n;
	char *blank = memchr(s, ' ', *n);
	if (!blank)
		return *n ? s : NULL;
	*n -= (size_t)(blank + 1 - s);
	return blank + 1;
}

/* digits: how many of a key are shown, enough to name it by; 0: all. A file which the
   importer has taken meanwhile is passed over. */
static void list_file(struct spool const *sp, struct batch_file const *f, struct listing *l,
	size_t digits)
{
	static struct buf value[COLUMNS];
	char head[HEAD], reason[REASON], send[NUM_FMT], contacts[NUM_FMT], octets[NUM_FMT];
	char const *cell[COLUMNS];
	size_t length[COLUMNS];
	off_t size;
	char *path = path_of(f->folder, f->name, "");
	size_t n = read_start(sp, path, head, sizeof head, &size);
	free(path);
	if (size < 0)
		return;
	cell[0] = spool_folders[f->folder];
	cell[1] = f->name;
	length[0] = strlen(cell[0]);
	length[1] = strlen(cell[1]);
	if (digits && spool_key_length(f->name) > digits)
		length[1] = digits;
	cell[2] = number_field(head, n, "X-Saca-Send", send, &length[2]);
	cell[3] = field(head, n, "X-Saca-Date", &value[3], &length[3]);
	cell[4] = field(head, n, "X-Saca-User", &value[4], &length[4]);
	cell[5] = field(head, n, "Return-Path", &value[5], &length[5]);
	cell[6] = number_field(head, n, "X-Saca-Recipients", contacts, &length[6]);
	cell[7] = octets;
	length[7] = num_fmt(octets, (uint64_t)size);
	cell[8] = reason_of(sp, f, reason, &length[8]);
	if (cell[5] && length[5] > 1 && cell[5][0] == '<' && cell[5][length[5] - 1] == '>') {
		cell[5]++;
		length[5] -= 2;
	}
	if (!listing_row(l, cell, length))
		no_memory();
	if (ferror(stdout)) /* now, while errno says why */
		write_died();
}

static void list_folder(struct spool const *sp, bool failed, struct listing *l, size_t digits)
{
	struct batch b = {.failed = failed};
	do {
		if (!batch_fill(&b, sp))
			spool_died("read the spool");
		for (size_t i = 0; i < b.n; i++)
			list_file(sp, &b.files[i], l, digits);
	} while (b.more);
	batch_free(&b);
}

static int list(struct spool const *sp, enum listing_format format)
{
	struct listing *l = listing_new(stdout, format, columns, COLUMNS);
	if (!l)
		no_memory();
	size_t digits = format == LISTING_TABLE ? BEGINNING : 0;
	list_folder(sp, false, l, digits);
	list_folder(sp, true, l, digits);
	if (!listing_end(l))
		write_died();
	return 0;
}

/* --- One file ------------------------------------------------------------------------ */

/* How well a word names a file: the whole name best, then the number of its send, then the
   beginning of it. */
enum rank { RANK_NONE, RANK_BEGINNING, RANK_NUMBER, RANK_WHOLE };

static bool is_beginning(char const *name, char const *word)
{
	size_t n = strlen(word);
	if (strncmp(name, word, n))
		return false;
	return n >= BEGINNING || (!spool_key_length(name) && strspn(word, "0123456789") < n);
}

static enum rank rank_of(struct batch_file const *f, char const *word)
{
	char number[NUM_FMT];
	num_fmt(number, f->send);
	if (!strcmp(f->name, word))
		return RANK_WHOLE;
	if (f->send && !strcmp(number, word))
		return RANK_NUMBER;
	return is_beginning(f->name, word) ? RANK_BEGINNING : RANK_NONE;
}

/* The file that a word names best, so far. */
struct search {
	char const *folder, *word; /* folder: NULL for all of them */
	size_t folder_len;
	struct batch_file file;
	enum rank rank;
	bool several; /* of that rank */
};

static void consider(struct search *s, struct batch_file *f)
{
	char const *folder = spool_folders[f->folder];
	enum rank rank = rank_of(f, s->word);
	if (rank == RANK_NONE || rank < s->rank)
		return;
	if (s->folder && (strlen(folder) != s->folder_len || memcmp(folder, s->folder, s->folder_len)))
		return;
	s->several = rank == s->rank;
	s->rank = rank;
	free(s->file.name);
	s->file = *f;
	f->name = NULL;
}

static void find_in(struct spool const *sp, bool failed, struct search *s)
{
	struct batch b = {.failed = failed};
	do {
		if (!batch_fill(&b, sp))
			spool_died("read the spool");
		for (size_t i = 0; i < b.n; i++)
			consider(s, &b.files[i]);
	} while (b.more);
	batch_free(&b);
}

/* `folder/name`, the whole of it: one look, however many files there are. */
static bool find_there(struct spool const *sp, char const *word, char const *name, struct batch_file *f)
{
	static enum spool_folder const folders[] = {SPOOL_NEW, SPOOL_CUR, SPOOL_FAILED};
	size_t n = (size_t)(name - 1 - word);
	struct stat st;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char const *folder = spool_folders[folders[i]];
		if (strlen(folder) != n || memcmp(folder, word, n) || !batch_takes(folders[i], name)
		    || fstatat(sp->fd, word, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
			continue;
		*f = (struct batch_file){.name = strdup(name), .folder = folders[i]};
		if (!f->name)
			no_memory();
		return true;
	}
	return false;
}

/* The one file that is meant by `word` or `folder/word`; its name is the caller's. */
static struct batch_file find(struct spool const *sp, char const *word)
{
	char const *slash = strchr(word, '/');
	struct search s = {.word = word};
	if (slash) {
		s.folder = word;
		s.folder_len = (size_t)(slash - word);
		s.word = slash + 1;
		if (find_there(sp, word, s.word, &s.file))
			return s.file;
	}
	find_in(sp, false, &s);
	find_in(sp, true, &s);
	if (s.several)
		strerr_dief(EXIT_NOT_FOUND, "more than one file is meant by ", word);
	if (!s.file.name)
		strerr_dief(EXIT_NOT_FOUND, "there is no file ", word);
	return s.file;
}

/* Writes what is on fd; to a terminal, clean. A character of which only the beginning was read
   waits for the rest. */
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
		spool_died("read the file");
	listing_clean(stdout, s, kept);
	if (fflush(stdout) != 0 || ferror(stdout))
		write_died();
}

static int show(struct spool const *sp, struct batch_file const *f)
{
	char s[REASON];
	size_t length;
	char *path = path_of(f->folder, f->name, "");
	int fd = open_path(sp, path);
	if (fd < 0)
		spool_died("open the file");
	free(path);
	char const *reason = reason_of(sp, f, s, &length);
	if (reason) {
		fputs("saca-queue: set aside: ", stderr);
		listing_clean(stderr, reason, length);
		fputc('\n', stderr);
	}
	copy_out(fd, isatty(1));
	close(fd);
	return 0;
}

static int retry(struct spool const *sp, struct batch_file const *f)
{
	if (f->folder != SPOOL_FAILED)
		strerr_dief(EXIT_NOT_FOUND, "it was not set aside, it waits already: ", f->name);
	enum spool_requeue r = spool_retry(sp, f->name);
	if (r == SPOOL_REQUEUE_EXISTS)
		strerr_dief(EXIT_NOT_FOUND, "a file of that name waits already: ", f->name);
	if (r != SPOOL_REQUEUE_DONE)
		spool_died("put the file back");
	return 0;
}

static int drop(struct spool const *sp, struct batch_file const *f)
{
	enum spool_requeue r = spool_drop(sp, f->folder, f->name);
	if (r == SPOOL_REQUEUE_BEGUN)
		strerr_dief(EXIT_NOT_FOUND, "its import has begun, let saca-import end it: ", f->name);
	if (r != SPOOL_REQUEUE_DONE)
		spool_died("remove the file");
	return 0;
}

/* --- Command line -------------------------------------------------------------------- */

static struct { char const *name; int (*run)(struct spool const *, struct batch_file const *); }
	const verbs[] = {{"show", show}, {"retry", retry}, {"drop", drop}};

/* spool_open makes a spool where there is none, which nobody wants who only looks. */
static void open_spool(struct spool *sp, char const *path)
{
	if (!spool_exists(path) || !spool_open(sp, path))
		strerr_diefsys(EXIT_TEMPORARY, "unable to open the spool ", path);
}

static void set_format(enum listing_format *format, enum listing_format to)
{
	if (*format != LISTING_TABLE && *format != to)
		strerr_dieusage(EXIT_MISUSE, USAGE);
	*format = to;
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-queue";
	setid_refuse();
	enum listing_format format = LISTING_TABLE;
	struct spool sp;
	subgetopt l = SUBGETOPT_ZERO;
	for (int c; (c = subgetopt_r(argc, argv, "jcV", &l)) != -1;) {
		if (c == 'V')
			version_exit();
		if (c != 'j' && c != 'c')
			strerr_dieusage(EXIT_MISUSE, USAGE);
		set_format(&format, c == 'j' ? LISTING_JSON : LISTING_CSV);
	}
	char const *const *word = argv + l.ind;
	int words = argc - l.ind;
	if (words == 1 || (words == 2 && !strcmp(word[1], "list"))) {
		open_spool(&sp, word[0]);
		return list(&sp, format);
	}
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (words != 3 || strcmp(word[1], verbs[i].name) || !*word[2]
			|| format != LISTING_TABLE)
			continue;
		open_spool(&sp, word[0]);
		struct batch_file f = find(&sp, word[2]);
		int code = verbs[i].run(&sp, &f);
		free(f.name);
		spool_close(&sp);
		return code;
	}
	strerr_dieusage(EXIT_MISUSE, USAGE);
}
