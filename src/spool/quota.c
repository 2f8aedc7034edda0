/* Quotas. */
#define _FILE_OFFSET_BITS 64
#include "spool/quota.h"

#include "base/date.h"
#include "base/fd.h"
#include "mail/address.h"
#include "spool/file.h"
#include "spool/quota_format.h"
#include "spool/record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool open_quota(struct record *r, struct spool const *sp, char const *plan)
{
	char path[SPOOL_PATH];
	if (!address_is_plan(plan, strlen(plan)))
		return errno = EINVAL, false;
	if (!spool_path(path, SPOOL_QUOTA, plan, ""))
		return false;
	if (record_open(r, sp, path, true))
		return true;
	int folder = errno == ENOENT ? spool_folder_open(sp, SPOOL_QUOTA) : -1; /* makes the folder */
	if (folder < 0)
		return false;
	fd_close(folder);
	return record_open(r, sp, path, true);
}

/* Reads a record. A text that cannot be parsed counts as a new file. */
static bool read_quota(struct record const *r, struct quota *q)
{
	char text[QUOTA_SIZE + 1];
	ssize_t n = record_read(r, text, sizeof text);
	if (n < 0)
		return false;
	quota_parse(q, text, (size_t)n);
	return true;
}

static bool write_quota(struct record const *r, struct quota const *q)
{
	char text[QUOTA_SIZE];
	quota_format(text, q);
	return record_write(r, text, sizeof text, 0);
}

/* --- Counting what waits ---------------------------------------------------------------- */

/* Adds the size of a regular file of the plan. A file that is gone or is not ours: 0. */
static bool add_file(int dir, char const *name, char const *plan, uint64_t *octets)
{
	char head[SPOOLFILE_HEAD];
	struct stat st;
	struct slice owner;
	int fd = fd_openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENXIO;
	bool done = fstat(fd, &st) == 0;
	if (done && S_ISREG(st.st_mode)) {
		ssize_t n = fd_pread_all(fd, head, sizeof head, 0);
		done = n >= 0;
		if (done && spoolfile_owner(head, (size_t)n, &owner) && owner.n == strlen(plan)
			&& memcmp(owner.s, plan, owner.n) == 0)
			*octets += (uint64_t)st.st_size;
	}
	fd_close(fd);
	return done;
}

static bool count_folder(struct spool const *sp, enum spool_folder folder, char const *plan, uint64_t *octets)
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	bool done = d != NULL;
	while (done && (errno = 0, e = readdir(d)))
		done = add_file(dirfd(d), e->d_name, plan, octets);
	done = done && errno == 0;
	if (d)
		spool_folder_done(d);
	return done;
}

static bool exceeds_limit(struct quota const *q, uint64_t octets, uint64_t max)
{
	return octets > max || q->waiting > max - octets;
}

/* Counts the files again, unless that was done a moment ago. */
static bool recount_files(struct spool const *sp, char const *plan, struct quota *q, time_t now)
{
	uint64_t waiting = 0, since = (uint64_t)now - q->counted;
	if (q->counted <= (uint64_t)now && since < QUOTA_RECOUNT)
		return true;
	if (!count_folder(sp, SPOOL_NEW, plan, &waiting) || !count_folder(sp, SPOOL_CUR, plan, &waiting))
		return false;
	q->waiting = waiting;
	q->counted = (uint64_t)now;
	return true;
}

/* --- Adding and subtracting ------------------------------------------------------------- */

static enum spool_quota add_locked(struct spool const *sp, char const *plan, struct record const *r,
	struct spool_quota_limits const *limits, uint64_t recipients, uint64_t octets, time_t now, uint64_t *today)
{
	struct quota q;
	char day[DATE_ISO];
	struct tm tm;
	enum spool_quota result = SPOOL_QUOTA_OK;
	if (!date_utc(&tm, now) || !date_iso(day, &tm))
		return errno = EOVERFLOW, SPOOL_QUOTA_ERROR;
	day[QUOTA_DAY] = 0;
	if (!read_quota(r, &q))
		return SPOOL_QUOTA_ERROR;
	quota_set_day(&q, day);
	*today = q.recipients;
	if (exceeds_limit(&q, octets, limits->maxwait) && !recount_files(sp, plan, &q, now))
		return SPOOL_QUOTA_ERROR;
	if (exceeds_limit(&q, octets, limits->maxwait))
		result = SPOOL_QUOTA_WAITING;
	else if (!quota_add_recipients(&q, recipients, limits->maxday))
		result = SPOOL_QUOTA_RECIPIENTS;
	else
		q.waiting += octets;
	return write_quota(r, &q) ? result : SPOOL_QUOTA_ERROR;
}

enum spool_quota spool_quota_add(struct spool const *sp, char const *plan, struct spool_quota_limits const *limits,
	uint64_t recipients, uint64_t octets, time_t now, uint64_t *today)
{
	struct record r;
	if (!open_quota(&r, sp, plan))
		return SPOOL_QUOTA_ERROR;
	enum spool_quota result = add_locked(sp, plan, &r, limits, recipients, octets, now, today);
	record_close(&r);
	return result;
}

static uint64_t subtract_to_zero(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

void spool_quota_subtract(struct spool const *sp, char const *plan, uint64_t recipients, uint64_t octets)
{
	struct record r;
	struct quota q;
	int e = errno;
	if (open_quota(&r, sp, plan)) {
		if (read_quota(&r, &q)) {
			q.recipients = subtract_to_zero(q.recipients, recipients);
			q.waiting = subtract_to_zero(q.waiting, octets);
			if (q.day[0])
				(void)write_quota(&r, &q);
		}
		record_close(&r);
	}
	errno = e;
}
