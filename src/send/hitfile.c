/* Reading hits: see hitfile.h. */
#define _GNU_SOURCE /* flock, timegm */
#include "send/hitfile.h"

#include "base/ascii.h"
#include "base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	HOUR_DIGITS = 10,
	HOUR = 3600,
	BURST_LINKS = 3,
	BURST_SECONDS = 2
};

/* --- Files --------------------------------------------------------------------------------- */

/* The ten digits at the end of a name; NULL: it is not a file of hits. */
static char const *hour_of(char const *name)
{
	size_t n = strlen(name);
	if (n < HOUR_DIGITS + 2 || name[0] == '.' || name[n - HOUR_DIGITS - 1] != '.')
		return NULL;
	for (size_t i = n - HOUR_DIGITS; i < n; i++)
		if (!ascii_is_digit(name[i]))
			return NULL;
	return name + n - HOUR_DIGITS;
}

bool hitfile_is_name(char const *name)
{
	return hour_of(name) != NULL;
}

static int compare_names(void const *a, void const *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the n strings of names. False: out of memory. */
static bool sort_names(struct buf *names, size_t n)
{
	struct buf sorted = BUF_ZERO;
	char **name = calloc(n + 1, sizeof *name), *at = names->s;
	bool done = name && buf_reserve(&sorted, names->len + 1);
	for (size_t i = 0; done && i < n; i++, at += strlen(at) + 1)
		name[i] = at;
	if (done) {
		qsort(name, n, sizeof *name, compare_names);
		for (size_t i = 0; i < n; i++)
			buf_put(&sorted, name[i], strlen(name[i]) + 1);
		buf_putc(&sorted, 0);
		buf_free(names);
		*names = sorted;
	} else
		buf_free(&sorted);
	free(name);
	return done;
}

bool hitfile_list(int dir, struct buf *names)
{
	size_t n = 0;
	int fd = fd_openat(dir, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		if (fd >= 0)
			fd_close(fd);
		return false;
	}
	names->len = 0;
	bool done = true;
	struct dirent *e;
	while (errno = 0, done && (e = readdir(d)))
		if (hour_of(e->d_name)) {
			done = buf_put(names, e->d_name, strlen(e->d_name) + 1);
			n++;
		}
	int why = done ? errno : ENOMEM;
	closedir(d);
	if (!why && !sort_names(names, n))
		why = ENOMEM;
	errno = why;
	return !why;
}

static int read_digits(char const *s, int n)
{
	int v = 0;
	while (n--)
		v = v * 10 + (*s++ - '0');
	return v;
}

int64_t hitfile_hour_end(char const *name)
{
	char const *s = hour_of(name);
	struct tm tm = {.tm_year = read_digits(s, 4) - 1900, .tm_mon = read_digits(s + 4, 2) - 1, .tm_mday = read_digits(s + 6, 2),
		.tm_hour = read_digits(s + 8, 2) + 1};
	return timegm(&tm);
}

/* Opens a file of hits. ENOENT: it is gone, or it is a folder, a FIFO or the like. -1: errno. */
static int open_file(int dir, char const *name, struct stat *st)
{
	int fd = fd_openat(dir, name, O_RDONLY | O_NONBLOCK, 0);
	if (fd >= 0 && fstat(fd, st) == 0) {
		if (S_ISREG(st->st_mode))
			return fd;
		errno = ENOENT;
	}
	if (fd >= 0)
		fd_close(fd);
	return -1;
}

int hitfile_remove(int dir, char const *name, uint64_t inode, uint64_t size)
{
	struct stat st;
	int fd = open_file(dir, name, &st);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	int r = flock(fd, LOCK_EX | LOCK_NB);
	if (r < 0)
		r = errno == EWOULDBLOCK ? 0 : -1;
	else if (fstat(fd, &st) < 0)
		r = -1;
	else if (st.st_ino != inode || (uint64_t)st.st_size != size)
		r = 0;
	else
		r = unlinkat(dir, name, 0) < 0 ? -1 : 1;
	fd_close(fd);
	return r;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static bool add_line(struct hitfile_batch *b)
{
	if (b->count == b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 1024;
		void *line = realloc(b->line, cap * sizeof *b->line);
		if (line)
			b->line = line;
		void *room = line ? realloc(b->room, cap * sizeof *b->room) : NULL;
		if (!room)
			return false;
		b->room = room;
		b->cap = cap;
	}
	b->count++;
	return true;
}

/* Sets the pointers to strings in `room`, which moves when it grows. */
static void point_to_rooms(struct hitfile_batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		b->line[i].hit.status = b->room[i];
		b->line[i].hit.text = b->room[i] + strlen(b->room[i]) + 1;
	}
}

/* Reads the lines of octets, which begin at `start` in the file, and finds b->to: the end of the
   last line that counts. */
static bool read_lines(struct hitfile_batch *b, char const *name, uint64_t start, uint64_t stop, int64_t until, bool is_old,
	void (*report)(char const *, uint64_t))
{
	char const *s = b->octets.s;
	size_t n = b->octets.len;
	bool waits = false; /* a line has been read that does not count yet */
	for (size_t at = 0; at < n;) {
		char const *lf = memchr(s + at, '\n', n - at);
		size_t end = lf ? (size_t)(lf - s) : n, next = lf ? end + 1 : n;
		uint64_t offset = start + at;
		bool is_neighbour = offset < b->from || offset >= stop;
		if (!lf && !is_old)
			return true;
		if (end > at) {
			if (!add_line(b))
				return false;
			struct hitfile_line *line = &b->line[b->count - 1];
			bool whole = hit_parse(&line->hit, b->room[b->count - 1], s + at, end - at);
			waits = waits || (whole && !is_neighbour && (int64_t)line->hit.seconds > until
				&& (int64_t)line->hit.seconds < until + HOUR);
			line->counts = whole && !is_neighbour && !waits;
			line->is_burst = false;
			line->offset = offset;
			if (!whole) {
				b->count--;
				if (!is_neighbour && !waits) {
					b->broken++;
					report(name, offset);
				}
			}
		}
		if (!is_neighbour && !waits)
			b->to = start + next;
		at = next;
	}
	return true;
}

bool hitfile_read(struct hitfile_batch *b, int dir, char const *name, uint64_t inode, uint64_t from, uint64_t octets,
	int64_t until, bool is_old, void (*report)(char const *, uint64_t))
{
	struct stat st;
	b->count = b->broken = 0;
	b->octets.len = 0;
	int fd = open_file(dir, name, &st);
	if (fd < 0)
		return false;
	/* A reader may see a line half written. Without a writer it is torn. */
	is_old = is_old && flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (fstat(fd, &st) < 0) {
		fd_close(fd);
		return false;
	}
	b->inode = st.st_ino;
	b->size = (uint64_t)st.st_size;
	b->is_cut = inode == b->inode && from > b->size;
	b->from = b->to = inode == b->inode && !b->is_cut ? from : 0;
	if (b->is_cut)
		until = INT64_MAX - HOUR;
	uint64_t start = b->from > HITFILE_AROUND ? b->from - HITFILE_AROUND : 0, stop = b->from + octets;
	uint64_t end = stop + HITFILE_AROUND < b->size ? stop + HITFILE_AROUND : b->size;
	bool done = b->from == b->size || buf_reserve(&b->octets, end - start);
	if (done && b->from < b->size) {
		ssize_t got = fd_pread_all(fd, b->octets.s, end - start, (off_t)start);
		done = got >= 0;
		b->octets.len = got > 0 ? (size_t)got : 0;
		/* the piece of a line that the start cut is a neighbour that cannot be parsed */
		done = done && read_lines(b, name, start, stop < b->size ? stop : UINT64_MAX, until, is_old && end == b->size, report);
		if (!done)
			errno = errno ? errno : ENOMEM;
		/* A power cut must not take lines back that were counted: lines written in their place
		   would not be counted. */
		done = done && (b->to == b->from || fd_datasync(fd));
	}
	fd_close(fd);
	if (!done)
		return false;
	point_to_rooms(b);
	b->is_finished = b->to == b->size;
	return true;
}

void hitfile_skip_visits(struct hitfile_batch *b, uint64_t before)
{
	for (size_t i = 0; i < b->count; i++) {
		enum hit_kind const kind = b->line[i].hit.kind;
		if (b->line[i].offset < before && (kind == HIT_VIEW || kind == HIT_OPEN || kind == HIT_CLICK))
			b->line[i].counts = false;
	}
}

/* --- Bursts ------------------------------------------------------------------------------------- */

/* Sorts clicks by contact, then by time. */
static int compare_clicks(void const *a, void const *b)
{
	struct hit const *x = &(*(struct hitfile_line *const *)a)->hit, *y = &(*(struct hitfile_line *const *)b)->hit;
	uint64_t const p[] = {x->plan, x->send, x->contact, x->seconds}, q[] = {y->plan, y->send, y->contact, y->seconds};
	for (size_t i = 0; i < sizeof p / sizeof *p; i++)
		if (p[i] != q[i])
			return p[i] < q[i] ? -1 : 1;
	return 0;
}

static bool is_same_contact(struct hit const *a, struct hit const *b)
{
	return a->contact == b->contact && a->send == b->send && a->plan == b->plan;
}

/* Are BURST_LINKS different links among click[0..n)? */
static bool has_many_links(struct hitfile_line *const *click, size_t n)
{
	uint64_t seen[BURST_LINKS];
	size_t count = 0;
	for (size_t i = 0; i < n && count < BURST_LINKS; i++) {
		size_t j = 0;
		while (j < count && seen[j] != click[i]->hit.link)
			j++;
		if (j == count)
			seen[count++] = click[i]->hit.link;
	}
	return count == BURST_LINKS;
}

bool hitfile_mark_bursts(struct hitfile_batch *b)
{
	size_t n = 0;
	struct hitfile_line **click = calloc(b->count + 1, sizeof *click);
	if (!click)
		return false;
	for (size_t i = 0; i < b->count; i++)
		if (b->line[i].hit.kind == HIT_CLICK)
			click[n++] = &b->line[i];
	qsort(click, n, sizeof *click, compare_clicks);
	for (size_t i = 0, end = 0; i < n; i++) {
		if (end < i)
			end = i;
		while (end < n && is_same_contact(&click[i]->hit, &click[end]->hit)
			&& click[end]->hit.seconds - click[i]->hit.seconds <= BURST_SECONDS)
			end++;
		if (has_many_links(click + i, end - i))
			for (size_t j = i; j < end; j++)
				click[j]->is_burst = true;
	}
	free(click);
	return true;
}

void hitfile_free(struct hitfile_batch *b)
{
	buf_free(&b->octets);
	free(b->line);
	free(b->room);
	*b = (struct hitfile_batch){.count = 0};
}
