/* Looking at all there is: whether the spool was ever used, and its highest number. Only
   a missing counter asks. */
#include "spool/spool.h"

#include "spool/seen_text.h"
#include "spool/file.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536

/* 1: not one name in it. */
static int folder_is_empty(struct spool const *sp, enum spool_folder folder)
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	int empty = 1;
	if (!d)
		return -1;
	while (empty && (errno = 0, e = readdir(d)))
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	if (empty && errno)
		empty = -1;
	spool_folder_done(d);
	return empty;
}

int spool_is_empty(struct spool const *sp)
{
	int empty = 1;
	for (enum spool_folder f = SPOOL_NEW; empty == 1 && f <= SPOOL_SEEN; f++)
		empty = folder_is_empty(sp, f);
	return empty;
}

/* The number at the beginning of a file; what is no spool file has none. */
static void number_of_file(char const *s, size_t n, uint64_t *highest)
{
	uint64_t send;
	struct slice id;
	if (spoolfile_identity(s, n, &send, &id) && send > *highest)
		*highest = send;
}

static void number_of_seen(char const *s, size_t n, uint64_t *highest)
{
	struct seen line;
	for (size_t at = 0; seen_next(&line, s, n, &at) == 1;)
		if (line.send > *highest)
			*highest = line.send;
}

/* PIECE octets hold the whole of what spoolretire.c writes to seen/ at once. */
static bool look_at(int dir, char const *name, bool is_seen, uint64_t *highest)
{
	static char text[PIECE];
	struct stat st;
	int fd = fd_openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return errno == ENOENT || errno == ELOOP;
	ssize_t n = fstat(fd, &st) < 0 ? -1 : 0;
	if (n == 0 && S_ISREG(st.st_mode))
		n = fd_pread_all(fd, text, is_seen ? sizeof text : SPOOLFILE_HEAD, 0);
	fd_close(fd);
	if (n < 0)
		return false;
	(is_seen ? number_of_seen : number_of_file)(text, (size_t)n, highest);
	return true;
}

bool spool_highest(struct spool const *sp, uint64_t *highest)
{
	bool fine = true;
	*highest = 0;
	for (enum spool_folder f = SPOOL_TMP; fine && f <= SPOOL_SEEN; f++) {
		DIR *d = spool_folder_read(sp, f);
		struct dirent *e;
		if (!d)
			return false;
		while (fine && (errno = 0, e = readdir(d)))
			fine = look_at(dirfd(d), e->d_name, f == SPOOL_SEEN, highest);
		fine = fine && errno == 0;
		spool_folder_done(d);
	}
	return fine;
}
