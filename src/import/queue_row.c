/* A row of saca-queue's list. */
#define _FILE_OFFSET_BITS 64
#include "import/queue_row.h"

#include "base/buf.h"
#include "base/num.h"
#include "import/queue_find.h"
#include "mail/address.h"
#include "mail/header.h"
#include "spool/name.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 2048 /* octets of a file that have its fields, without the recipients */

int queue_open(struct spool const *sp, struct batch_file const *f, char const *ending)
{
	char path[SPOOL_PATH];
	if (!spool_path(path, f->folder, f->name, ending))
		return -1;
	return openat(sp->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* Reads the start of a file. *size: of the file, unless NULL. -1: it is gone or unreadable. */
static ssize_t read_start(struct spool const *sp, struct batch_file const *f, char const *ending, char *s, size_t n,
	off_t *size)
{
	struct stat st;
	int fd = queue_open(sp, f, ending);
	if (fd < 0)
		return -1;
	ssize_t r = fstat(fd, &st) == 0 ? read(fd, s, n) : -1;
	if (size)
		*size = st.st_size;
	close(fd);
	return r;
}

enum column { WHERE, NAME, SEND, ID, DATE, USER, SENDER, CONTACTS, OCTETS, WHY };

struct listing_column const queue_columns[QUEUE_COLUMNS] = {
	[WHERE] = {"where", false, 0}, [NAME] = {"file", false, 0}, [SEND] = {"send", true, 0}, [ID] = {"id", false, 0},
	[DATE] = {"date", false, 0}, [USER] = {"user", false, 32}, [SENDER] = {"sender", false, 40},
	[CONTACTS] = {"contacts", true, 0}, [OCTETS] = {"octets", true, 0}, [WHY] = {"reason", false, 0}};

/* A row that is being filled. A NULL cell is empty. */
struct row {
	char const *cell[QUEUE_COLUMNS];
	size_t length[QUEUE_COLUMNS];
	struct buf value[QUEUE_COLUMNS];
	char send[NUM_FMT], contacts[NUM_FMT], octets[NUM_FMT], reason[QUEUE_REASON];
};

static bool set_field(struct row *r, enum column c, char const *head, size_t n, char const *name)
{
	int found = header_find(head, n, name, &r->value[c]);
	r->cell[c] = found > 0 ? r->value[c].s : NULL;
	r->length[c] = r->value[c].len;
	return found >= 0;
}

/* Sets a number, without leading zeros as JSON requires. */
static bool set_number(struct row *r, enum column c, char const *head, size_t n, char const *name, char *digits)
{
	uint64_t v;
	if (!set_field(r, c, head, n, name))
		return false;
	if (r->cell[c] && num_scan(r->cell[c], r->length[c], UINT64_MAX, &v)) {
		r->length[c] = num_fmt(digits, v);
		r->cell[c] = digits;
	} else {
		r->cell[c] = NULL;
	}
	return true;
}

static bool read_fields(struct row *r, char const *head, size_t n)
{
	if (!set_number(r, SEND, head, n, "X-Saca-Send", r->send) || !set_field(r, ID, head, n, "X-Saca-Id")
		|| !set_field(r, DATE, head, n, "X-Saca-Date") || !set_field(r, USER, head, n, "X-Saca-User")
		|| !set_field(r, SENDER, head, n, "Return-Path")
		|| !set_number(r, CONTACTS, head, n, "X-Saca-Recipients", r->contacts))
		return false;
	if (r->cell[SENDER] && r->length[SENDER] > 1 && r->cell[SENDER][0] == '<') {
		r->cell[SENDER]++;
		r->length[SENDER] -= 2;
	}
	return true;
}

char const *queue_read_reason(struct spool const *sp, struct batch_file const *f, char s[QUEUE_REASON], size_t *n)
{
	ssize_t got = f->folder == SPOOL_FAILED ? read_start(sp, f, ".reason", s, QUEUE_REASON, NULL) : -1;
	if (got <= 0)
		return NULL;
	char *end = memchr(s, '\n', (size_t)got), *blank = memchr(s, ' ', (size_t)got);
	char *stop = end ? end : s + got, *start = blank && blank < stop ? blank + 1 : s;
	*n = (size_t)(stop - start);
	return start;
}

static bool is_cell(struct row const *r, enum column c, char const *s)
{
	return r->cell[c] && r->length[c] == strlen(s) && memcmp(r->cell[c], s, r->length[c]) == 0;
}

static bool is_wanted(struct row const *r, struct queue_filter const *filter)
{
	size_t plan = r->cell[USER] ? address_login_plan(r->cell[USER], r->length[USER]) : 0;
	if (filter->plan && (!plan || r->length[USER] - plan != strlen(filter->plan)
		|| memcmp(r->cell[USER] + plan, filter->plan, r->length[USER] - plan)))
		return false;
	if (filter->user && !is_cell(r, USER, filter->user))
		return false;
	size_t n = filter->day ? strlen(filter->day) : 0;
	return n == 0 || (r->cell[DATE] && r->length[DATE] >= n && memcmp(r->cell[DATE], filter->day, n) == 0);
}

enum queue_row queue_row(struct spool const *sp, struct batch_file const *f, struct queue_filter const *filter,
	bool is_short, struct listing *l)
{
	static struct row r;
	char head[HEAD];
	off_t size;
	ssize_t got = read_start(sp, f, "", head, sizeof head, &size);
	size_t n = got > 0 ? (size_t)got : 0;
	if (got < 0 && errno == ENOENT)
		return QUEUE_ROW_SKIPPED;
	r.cell[WHERE] = spool_folders[f->folder];
	r.length[WHERE] = strlen(r.cell[WHERE]);
	r.cell[NAME] = f->name;
	r.length[NAME] = is_short && spool_key_length(f->name) > QUEUE_BEGINNING ? QUEUE_BEGINNING : strlen(f->name);
	r.cell[OCTETS] = got < 0 ? NULL : r.octets;
	r.length[OCTETS] = got < 0 ? 0 : num_fmt(r.octets, (uint64_t)size);
	r.cell[WHY] = queue_read_reason(sp, f, r.reason, &r.length[WHY]);
	if (!read_fields(&r, head, n))
		return QUEUE_ROW_FAILED;
	if (!is_wanted(&r, filter))
		return QUEUE_ROW_SKIPPED;
	return listing_row(l, r.cell, r.length) ? QUEUE_ROW_DONE : QUEUE_ROW_FAILED;
}
