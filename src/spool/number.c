/* The counter. The file is 174 octets, inside one sector, overwritten in place under its
   lock. The first line is written and synced before the second speaks of it; the second is
   written for every number, never synced, and believed only where it was written. */
#include "spool/number.h"

#include "spool/number_text.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 1000

static void read_boot(char boot[COUNTER_BOOT])
{
	int fd = fd_openat(AT_FDCWD, "/proc/sys/kernel/random/boot_id", O_RDONLY, 0);
	bool whole = fd >= 0 && fd_read(fd, boot, COUNTER_BOOT) == COUNTER_BOOT;
	if (fd >= 0)
		fd_close(fd);
	if (!whole) /* no hint then: every number is synced */
		memset(boot, '-', COUNTER_BOOT);
}

/* Which start of the system this is: no process sees two. */
static char const *this_boot(void)
{
	static char boot[COUNTER_BOOT];
	if (!boot[0])
		read_boot(boot);
	return boot;
}

/* Opens and locks the counter; closing it gives the lock back. */
static int open_count(struct spool const *sp, struct counter_place *here)
{
	struct stat st;
	int fd = fd_openat(sp->fd, "count", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	if (!fd_lock_range(fd, F_WRLCK, 0, 0) || fstat(fd, &st) < 0) {
		fd_close(fd);
		return -1;
	}
	here->device = (uint64_t)st.st_dev;
	here->inode = (uint64_t)st.st_ino;
	memcpy(here->boot, this_boot(), COUNTER_BOOT);
	return fd;
}

/* A file that is not whole is as good as none: it can only have been cut short by the
   loss of what made it, before it was synced, or by a stranger. */
static enum spool_count read_count(int fd, struct counter *c)
{
	char text[COUNTER_SIZE + 1];
	ssize_t n = fd_pread_all(fd, text, sizeof text, 0);
	if (n < 0)
		return SPOOL_COUNT_ERROR;
	return counter_parse(c, text, (size_t)n) ? SPOOL_COUNT_OK : SPOOL_COUNT_LOST;
}

static bool write_limit(int fd, struct counter const *c)
{
	char text[COUNTER_SIZE];
	counter_format(text, c);
	return fd_pwrite_all(fd, text, COUNTER_HINT, 0) && fd_datasync(fd);
}

static bool write_hint(int fd, struct counter const *c)
{
	char text[COUNTER_SIZE];
	counter_format(text, c);
	return fd_pwrite_all(fd, text + COUNTER_HINT, sizeof text - COUNTER_HINT, COUNTER_HINT);
}

/* A counter whose numbers start above `above`, synced with its entry in the folder. */
static bool make_count(struct spool const *sp, int fd, uint64_t above)
{
	struct counter c = {.limit = above + 1};
	return ftruncate(fd, 0) == 0 && write_limit(fd, &c) && fd_fsync(fd) && fd_fsync(sp->fd);
}

/* Reads the counter, and begins it if the spool is empty. */
static enum spool_count begin(struct spool const *sp, int fd, struct counter *c)
{
	enum spool_count r = read_count(fd, c);
	if (r != SPOOL_COUNT_LOST)
		return r;
	int empty = spool_is_empty(sp);
	if (empty < 0)
		return SPOOL_COUNT_ERROR;
	if (!empty)
		return SPOOL_COUNT_LOST;
	return make_count(sp, fd, 0) ? read_count(fd, c) : SPOOL_COUNT_ERROR;
}

/* Hands out a number, and has on disk first what it takes never to do so again. */
static enum spool_count take(int fd, struct counter *c, struct counter_place const *here,
	uint64_t from, uint64_t residue, uint64_t hosts, uint64_t *number)
{
	bool raise;
	uint64_t block = here->boot[0] == '-' ? 0 : BLOCK;
	if (!counter_take(c, here, from, residue, hosts, block, number, &raise))
		return SPOOL_COUNT_SPENT;
	return (!raise || write_limit(fd, c)) && write_hint(fd, c) ? SPOOL_COUNT_OK : SPOOL_COUNT_ERROR;
}

enum spool_count spool_number(struct spool const *sp, uint64_t residue, uint64_t hosts,
	uint64_t *number)
{
	struct counter_place here;
	struct counter c;
	int fd = open_count(sp, &here);
	if (fd < 0)
		return SPOOL_COUNT_ERROR;
	enum spool_count r = begin(sp, fd, &c);
	if (r == SPOOL_COUNT_OK)
		r = take(fd, &c, &here, 1, residue, hosts, number);
	fd_close(fd);
	return r;
}

bool spool_count_begin(struct spool const *sp)
{
	struct stat st;
	struct counter_place here;
	struct counter c;
	if (fstatat(sp->fd, "count", &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size > 0)
		return true;
	int fd = open_count(sp, &here);
	if (fd < 0)
		return false;
	enum spool_count r = begin(sp, fd, &c);
	fd_close(fd);
	return r != SPOOL_COUNT_ERROR;
}

/* --- The importer's side ------------------------------------------------------------ */

/* The counter is lost, so nobody gets a number; and once all that was being spooled has
   come to its end, the highest one stands in some file. */
static bool remake(struct spool const *sp, uint64_t above)
{
	struct counter_place here;
	struct counter c;
	uint64_t highest = 0;
	if (!spool_lock_all(sp))
		return false;
	bool fine = spool_highest(sp, &highest);
	int fd = fine ? open_count(sp, &here) : -1;
	enum spool_count r = fd >= 0 ? read_count(fd, &c) : SPOOL_COUNT_ERROR;
	fine = r == SPOOL_COUNT_OK
		|| (r == SPOOL_COUNT_LOST && make_count(sp, fd, highest > above ? highest : above));
	if (fd >= 0)
		fd_close(fd);
	return spool_unlock_all(sp) && fine;
}

/* `above` itself is taken, if it is still free. */
static enum spool_count raise_to(struct spool const *sp, uint64_t above)
{
	struct counter_place here;
	struct counter c;
	uint64_t number;
	int fd = open_count(sp, &here);
	if (fd < 0)
		return SPOOL_COUNT_ERROR;
	enum spool_count r = read_count(fd, &c);
	if (r == SPOOL_COUNT_OK && counter_next(&c, &here) <= above)
		r = take(fd, &c, &here, above, 0, 1, &number);
	fd_close(fd);
	return r;
}

bool spool_raise_count(struct spool const *sp, uint64_t above)
{
	enum spool_count r = above < COUNTER_MAX ? raise_to(sp, above) : SPOOL_COUNT_SPENT;
	if (r == SPOOL_COUNT_LOST && remake(sp, above))
		r = raise_to(sp, above);
	if (r == SPOOL_COUNT_SPENT)
		errno = ERANGE;
	return r == SPOOL_COUNT_OK;
}
