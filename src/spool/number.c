/* The counter. Its first line, the limit, is written and synced before the second line
   names it. The second line is written for every number and never synced; it counts only
   on the boot, device and inode where it was written. */
#include "spool/number.h"

#include "base/fd.h"
#include "base/num.h"
#include "spool/boot.h"
#include "spool/find.h"
#include "spool/lock.h"
#include "spool/number_format.h"
#include "spool/record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK 1000 /* numbers of this host that one sync pays for */

static bool open_counter(struct record *r, struct counter_place *here, struct spool const *sp)
{
	struct stat st;
	if (!record_open(r, sp, "count", true))
		return false;
	if (fstat(r->fd, &st) < 0) {
		record_close(r);
		return false;
	}
	here->device = (uint64_t)st.st_dev;
	here->inode = (uint64_t)st.st_ino;
	memcpy(here->boot, boot_id(), COUNTER_BOOT);
	return true;
}

/* A text whose first line is not whole was never synced, or another program changed it. */
static enum spool_number read_counter(struct record const *r, struct counter *c)
{
	char text[COUNTER_SIZE + 1];
	ssize_t n = record_read(r, text, sizeof text);
	if (n < 0)
		return SPOOL_NUMBER_ERROR;
	return counter_parse(c, text, (size_t)n) ? SPOOL_NUMBER_OK : SPOOL_NUMBER_LOST;
}

static bool write_limit(struct record const *r, struct counter const *c)
{
	char text[COUNTER_SIZE];
	counter_format(text, c);
	return record_write(r, text, COUNTER_HINT, 0) && record_sync(r);
}

static bool write_hint(struct record const *r, struct counter const *c)
{
	char text[COUNTER_SIZE];
	counter_format(text, c);
	return record_write(r, text + COUNTER_HINT, sizeof text - COUNTER_HINT, COUNTER_HINT);
}

/* Writes and syncs a counter whose numbers start after `above`, and its entry. */
static bool make_counter(struct record const *r, struct spool const *sp, uint64_t above)
{
	struct counter c = {.limit = above + 1};
	return record_truncate(r) && write_limit(r, &c) && fd_fsync(sp->fd);
}

/* May numbers begin at 1? A folder that an operator made may be a second spool of a store
   that has sends. 1, 0; -1: errno. */
static int may_begin(struct spool const *sp)
{
	int own = spool_is_own(sp);
	return own == 1 ? spool_is_empty(sp) : own;
}

/* Reads the counter; makes it if numbers may begin. */
static enum spool_number read_or_make(struct record const *r, struct spool const *sp, struct counter *c)
{
	enum spool_number result = read_counter(r, c);
	if (result != SPOOL_NUMBER_LOST)
		return result;
	int begins = may_begin(sp);
	if (begins < 0)
		return SPOOL_NUMBER_ERROR;
	if (!begins)
		return SPOOL_NUMBER_LOST;
	return make_counter(r, sp, 0) ? read_counter(r, c) : SPOOL_NUMBER_ERROR;
}

/* Takes a number of at least `from`. The limit that prevents its repetition is on disk before
   the second line is written. */
static enum spool_number take_number(struct record const *r, struct counter *c,
	struct counter_place const *here, uint64_t from, uint64_t residue, uint64_t hosts, uint64_t *number)
{
	bool raise;
	uint64_t block = here->boot[0] == '-' ? 0 : BLOCK;
	if (!counter_take(c, here, from, residue, hosts, block, number, &raise))
		return SPOOL_NUMBER_SPENT;
	return (!raise || write_limit(r, c)) && write_hint(r, c) ? SPOOL_NUMBER_OK : SPOOL_NUMBER_ERROR;
}

bool spool_number_hosts(char const *s, uint64_t *residue, uint64_t *hosts)
{
	char const *slash = strchr(s, '/');
	return slash && num_scan(s, (size_t)(slash - s), SPOOL_HOSTS - 1, residue)
		&& num_scan(slash + 1, strlen(slash + 1), SPOOL_HOSTS, hosts) && *residue < *hosts;
}

enum spool_number spool_number_take(struct spool const *sp, uint64_t residue, uint64_t hosts,
	uint64_t *number)
{
	struct record r;
	struct counter_place here;
	struct counter c;
	if (!open_counter(&r, &here, sp))
		return SPOOL_NUMBER_ERROR;
	enum spool_number result = read_or_make(&r, sp, &c);
	if (result == SPOOL_NUMBER_OK)
		result = take_number(&r, &c, &here, 1, residue, hosts, number);
	record_close(&r);
	return result;
}

bool spool_number_prepare(struct spool const *sp)
{
	struct record r;
	struct stat st;
	struct counter_place here;
	struct counter c;
	if (fstatat(sp->fd, "count", &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size > 0)
		return true;
	if (!open_counter(&r, &here, sp))
		return false;
	enum spool_number result = read_or_make(&r, sp, &c);
	record_close(&r);
	return result != SPOOL_NUMBER_ERROR;
}

/* Makes a lost counter. While it is lost no process gets a number. With all keys locked, the
   highest number that was handed out is in some file. */
static bool remake_counter(struct spool const *sp, uint64_t above)
{
	struct record r;
	struct counter_place here;
	struct counter c;
	uint64_t highest = 0;
	bool made = false;
	if (!spool_lock_all(sp))
		return false;
	if (spool_highest(sp, &highest) && open_counter(&r, &here, sp)) {
		enum spool_number result = read_counter(&r, &c);
		made = result == SPOOL_NUMBER_OK || (result == SPOOL_NUMBER_LOST
			&& make_counter(&r, sp, highest > above ? highest : above));
		record_close(&r);
	}
	return spool_unlock_all(sp) && made;
}

/* Takes `above` itself, if it is still free. */
static enum spool_number raise_to(struct spool const *sp, uint64_t above)
{
	struct record r;
	struct counter_place here;
	struct counter c;
	uint64_t number;
	if (!open_counter(&r, &here, sp))
		return SPOOL_NUMBER_ERROR;
	enum spool_number result = read_counter(&r, &c);
	if (result == SPOOL_NUMBER_OK && counter_next(&c, &here) <= above)
		result = take_number(&r, &c, &here, above, 0, 1, &number);
	record_close(&r);
	return result;
}

bool spool_number_raise(struct spool const *sp, uint64_t above)
{
	enum spool_number result = above < COUNTER_MAX ? raise_to(sp, above) : SPOOL_NUMBER_SPENT;
	if (result == SPOOL_NUMBER_LOST && remake_counter(sp, above))
		result = raise_to(sp, above);
	if (result == SPOOL_NUMBER_SPENT)
		errno = ERANGE;
	return result == SPOOL_NUMBER_OK;
}
