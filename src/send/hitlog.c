/* How far the files of hits have been read: see hitlog.h. */
#include "send/hitlog.h"

#include "base/buf.h"
#include "send/hitfile.h"
#include "send/hits.h"

#include <string.h>

static bool keep_position(void *arg, size_t n, char const *const *column, size_t const *length)
{
	uint64_t *position = arg;
	(void)n;
	position[0] = store_number_in(column, length, 0);
	position[1] = store_number_in(column, length, 1);
	return false;
}

enum store_result hitlog_read(struct store *s, char const *name, uint64_t *inode, uint64_t *octets)
{
	uint64_t position[2] = {0, 0};
	enum store_result r = s->begin(s, STORE_READ);
	if (r == STORE_OK)
		r = s->run(s, "SELECT inode, octets FROM hit_log WHERE name = $1", STORE_VALUES(store_string(name)), keep_position, position);
	s->rollback(s);
	*inode = position[0];
	*octets = position[1];
	return r;
}

enum store_result hitlog_write(struct store *s, char const *name, uint64_t inode, uint64_t octets)
{
	return s->run(s, "INSERT INTO hit_log (name, inode, octets) VALUES ($1, $2, $3)"
		" ON CONFLICT (name) DO UPDATE SET inode = excluded.inode, octets = excluded.octets",
		STORE_VALUES(store_string(name), store_number(inode), store_number(octets)), NULL, NULL);
}

/* names[0..n): one or more strings, each with its NUL. */
static enum store_result forget_names(struct store *s, char const *names, size_t n)
{
	enum store_result r = s->begin(s, STORE_WRITE);
	for (size_t at = 0; r == STORE_OK && at < n; at += strlen(names + at) + 1)
		r = s->run(s, "DELETE FROM hit_log WHERE name = $1", STORE_VALUES(store_string(names + at)), NULL, NULL);
	if (r == STORE_OK)
		r = s->commit(s);
	if (r != STORE_OK)
		s->rollback(s);
	return r;
}

enum store_result hitlog_forget(struct store *s, char const *name)
{
	return forget_names(s, name, strlen(name) + 1);
}

/* --- Files that are missing ------------------------------------------------------------------- */

struct search {
	char host[HITS_HOST];
	char const *names; /* of the folder */
	int64_t before;
	struct buf missing;
	bool failed;
};

static bool is_among(char const *names, char const *name)
{
	while (*names && strcmp(names, name) != 0)
		names += strlen(names) + 1;
	return *names;
}

static bool find_missing(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct search *f = arg;
	char const *name = column[0];
	size_t const host = strlen(f->host);
	(void)n;
	if (length[0] != host + sizeof ".2013091211" - 1 || memcmp(name, f->host, host) != 0 || !hitfile_is_name(name))
		return true;
	if (hitfile_hour_end(name) < f->before && !is_among(f->names, name))
		f->failed = !buf_put(&f->missing, name, length[0] + 1);
	return !f->failed;
}

enum store_result hitlog_forget_missing(struct store *s, char const *names, int64_t before)
{
	struct search f = {.names = names, .before = before, .missing = BUF_ZERO};
	if (!hits_host(f.host))
		return store_fail(s, STORE_FAILED, "the host name cannot be read", (char *)NULL);
	enum store_result r = s->begin(s, STORE_READ);
	if (r == STORE_OK)
		r = s->run(s, "SELECT name FROM hit_log", STORE_NO_VALUES, find_missing, &f);
	s->rollback(s);
	if (r == STORE_OK && f.failed)
		r = store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	if (r == STORE_OK && f.missing.len)
		r = forget_names(s, f.missing.s, f.missing.len);
	buf_free(&f.missing);
	return r;
}
