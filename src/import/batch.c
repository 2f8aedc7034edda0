/* The waiting files in order. Each fill reads the folders once. The oldest names are in a heap
   whose top is the youngest of them. */
#include "import/batch.h"

#include "base/array.h"
#include "base/num.h"
#include "mail/header.h"
#include "spool/name.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The fields before the recipients end within so many octets. */
#define HEAD 2048

static int compare_age(struct timespec a, char const *an, struct timespec b, char const *bn)
{
	if (a.tv_sec != b.tv_sec)
		return a.tv_sec < b.tv_sec ? -1 : 1;
	if (a.tv_nsec != b.tv_nsec)
		return a.tv_nsec < b.tv_nsec ? -1 : 1;
	return strcmp(an, bn);
}

static bool is_younger(struct batch_file const *a, struct batch_file const *b)
{
	return compare_age(a->written, a->name, b->written, b->name) > 0;
}

static void swap_files(struct batch_file *a, struct batch_file *b)
{
	struct batch_file t = *a;
	*a = *b;
	*b = t;
}

static void sift_up(struct batch_file *f, size_t i)
{
	for (; i && is_younger(&f[i], &f[(i - 1) / 2]); i = (i - 1) / 2)
		swap_files(&f[i], &f[(i - 1) / 2]);
}

static void sift_down(struct batch_file *f, size_t n)
{
	for (size_t i = 0, child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && is_younger(&f[child + 1], &f[child]))
			child++;
		if (!is_younger(&f[child], &f[i]))
			return;
		swap_files(&f[i], &f[child]);
	}
}

static bool grow_batch(struct batch *b)
{
	struct batch_file *files = array_reserve(b->files, b->n, &b->cap, sizeof *files);
	if (!files)
		return false;
	b->files = files;
	return true;
}

/* Keeps a file if it is among the oldest. */
static bool offer_file(struct batch *b, char const *name, enum spool_folder folder, struct timespec t)
{
	if (b->after_name && compare_age(t, name, b->after, b->after_name) <= 0)
		return true;
	b->waiting++;
	if (b->n == BATCH_NAMES) {
		b->more = true;
		if (compare_age(t, name, b->files[0].written, b->files[0].name) >= 0)
			return true;
	} else if (!grow_batch(b)) {
		return false;
	}
	struct batch_file f = {.name = strdup(name), .folder = folder, .written = t};
	if (!f.name)
		return false;
	if (b->n == BATCH_NAMES) {
		free(b->files[0].name);
		b->files[0] = f;
		sift_down(b->files, b->n);
	} else {
		b->files[b->n] = f;
		sift_up(b->files, b->n++);
	}
	return true;
}

bool batch_takes(enum spool_folder folder, char const *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') && !(folder == SPOOL_FAILED && spool_name_is_reason(name));
}

static bool scan_entries(struct batch *b, DIR *dir, enum spool_folder folder)
{
	struct dirent const *e;
	struct stat st;
	while ((errno = 0, e = readdir(dir))) {
		if (!batch_takes(folder, e->d_name))
			continue;
		if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
			if (errno == ENOENT) /* a Maildir reader moved it */
				continue;
			return false;
		}
		if (S_ISREG(st.st_mode) && !offer_file(b, e->d_name, folder, st.st_mtim))
			return false;
	}
	return errno == 0;
}

static bool scan_folder(struct batch *b, struct spool const *sp, enum spool_folder folder)
{
	int fd = spool_folder_open(sp, folder);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		int e = errno;
		if (fd >= 0)
			close(fd);
		errno = e;
		return false;
	}
	bool done = scan_entries(b, dir, folder);
	int e = errno;
	closedir(dir);
	errno = e;
	return done;
}

/* Reads the keys of the order. A damaged file sorts anywhere: the import reads it strictly. */
static void read_head(struct batch_file *f, char const *s, size_t n, struct buf *value)
{
	if (header_find(s, n, "X-Saca-Date", value) == 1 && value->len == sizeof f->date)
		memcpy(f->date, value->s, sizeof f->date - 1);
	if (header_find(s, n, "X-Saca-Send", value) == 1)
		(void)num_scan(value->s, value->len, UINT64_MAX, &f->send);
}

static bool read_heads(struct batch *b, struct spool const *sp, enum spool_folder folder)
{
	struct buf value = BUF_ZERO;
	char head[HEAD];
	int dir = spool_folder_open(sp, folder);
	if (dir < 0)
		return false;
	for (size_t i = 0; i < b->n; i++) {
		struct batch_file *f = &b->files[i];
		if (f->folder != folder)
			continue;
		int fd = openat(dir, f->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
		if (n > 0)
			read_head(f, head, (size_t)n, &value);
		if (fd >= 0)
			close(fd);
	}
	close(dir);
	buf_free(&value);
	return true;
}

static int by_number(void const *x, void const *y)
{
	struct batch_file const *a = x, *b = y;
	int c = memcmp(a->date, b->date, sizeof a->date);
	if (c)
		return c;
	if (a->send != b->send)
		return a->send < b->send ? -1 : 1;
	return strcmp(a->name, b->name);
}

static bool sort_files(struct batch *b, struct spool const *sp)
{
	if (b->failed ? !read_heads(b, sp, SPOOL_FAILED)
		: !read_heads(b, sp, SPOOL_NEW) || !read_heads(b, sp, SPOOL_CUR))
		return false;
	qsort(b->files, b->n, sizeof *b->files, by_number);
	return true;
}

static void forget_files(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->files[i].name);
	b->n = 0;
	b->waiting = 0;
	b->more = false;
}

bool batch_fill(struct batch *b, struct spool const *sp)
{
	forget_files(b);
	if (b->failed ? !scan_folder(b, sp, SPOOL_FAILED)
		: !scan_folder(b, sp, SPOOL_NEW) || !scan_folder(b, sp, SPOOL_CUR))
		return false;
	if (!b->n)
		return true;
	char *name = strdup(b->files[0].name);
	if (!name)
		return false;
	free(b->after_name);
	b->after_name = name;
	b->after = b->files[0].written;
	return sort_files(b, sp);
}

void batch_free(struct batch *b)
{
	forget_files(b);
	free(b->files);
	free(b->after_name);
	*b = (struct batch){.failed = b->failed};
}
