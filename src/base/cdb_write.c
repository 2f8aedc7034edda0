#include "base/cdb.h"

#include "base/array.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/uint32.h>

#define TABLES 256
#define HEADER (TABLES * 8)

struct cdb_write_slot {
	uint32_t hash, pos;
};

static uint32_t hash_key(char const *s, size_t n)
{
	uint32_t h = 5381;
	for (size_t i = 0; i < n; i++)
		h = (h + (h << 5)) ^ (unsigned char)s[i];
	return h;
}

static bool fail(int error)
{
	errno = error;
	return false;
}

static bool write_octets(struct cdb_write *w, char const *s, size_t n)
{
	if (n > UINT32_MAX - w->pos)
		return fail(EFBIG);
	w->pos += n;
	return fwrite(s, 1, n, w->file) == n;
}

static bool write_pair(struct cdb_write *w, uint32_t a, uint32_t b)
{
	char s[8];
	uint32_pack(s, a);
	uint32_pack(s + 4, b);
	return write_octets(w, s, sizeof s);
}

bool cdb_write_start(struct cdb_write *w, int dir, char const *name)
{
	static char const header[HEADER];
	*w = (struct cdb_write){.dir = dir, .name = name};
	if ((size_t)snprintf(w->temp, sizeof w->temp, "%s.new", name) >= sizeof w->temp) {
		w->temp[0] = 0;
		return fail(ENAMETOOLONG);
	}
	if (unlinkat(dir, w->temp, 0) < 0 && errno != ENOENT)
		return false;
	int fd = openat(dir, w->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	w->file = fdopen(fd, "w");
	if (!w->file) {
		close(fd);
		return false;
	}
	return write_octets(w, header, sizeof header);
}

static bool reserve_slot(struct cdb_write *w)
{
	void *p = array_reserve(w->slot, w->count, &w->cap, sizeof *w->slot);
	if (!p)
		return fail(ENOMEM);
	w->slot = p;
	return true;
}

bool cdb_write_add(struct cdb_write *w, char const *key, size_t kn, char const *value, size_t vn)
{
	if (kn > UINT32_MAX || vn > UINT32_MAX)
		return fail(EFBIG);
	if (!reserve_slot(w))
		return false;
	w->slot[w->count++] = (struct cdb_write_slot){hash_key(key, kn), (uint32_t)w->pos};
	return write_pair(w, (uint32_t)kn, (uint32_t)vn) && write_octets(w, key, kn) && write_octets(w, value, vn);
}

/* Writes one table: each slot goes to the first free place at or after (hash >> 8) % length. table
   has room for twice `count` slots. */
static bool write_table(struct cdb_write *w, struct cdb_write_slot const *part, uint32_t count,
	struct cdb_write_slot *table)
{
	uint32_t len = count * 2;
	memset(table, 0, len * sizeof *table);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t where = (part[i].hash >> 8) % len;
		while (table[where].pos)
			where = where + 1 == len ? 0 : where + 1;
		table[where] = part[i];
	}
	for (uint32_t i = 0; i < len; i++)
		if (!write_pair(w, table[i].hash, table[i].pos))
			return false;
	return true;
}

/* Sorts the slots by table into `sorted`; records of one key keep their order. Table i is
   [start[i], start[i + 1]). Returns the number of slots of the largest table. */
static uint32_t sort_slots(struct cdb_write const *w, struct cdb_write_slot *sorted,
	uint32_t start[TABLES + 1])
{
	uint32_t most = 0, at[TABLES];
	memset(start, 0, (TABLES + 1) * sizeof *start);
	for (size_t i = 0; i < w->count; i++)
		start[w->slot[i].hash % TABLES + 1]++;
	for (size_t i = 0; i < TABLES; i++) {
		if (start[i + 1] > most)
			most = start[i + 1];
		start[i + 1] += start[i];
		at[i] = start[i];
	}
	for (size_t i = 0; i < w->count; i++)
		sorted[at[w->slot[i].hash % TABLES]++] = w->slot[i];
	return most;
}

static bool write_tables(struct cdb_write *w, char *header)
{
	uint32_t start[TABLES + 1];
	struct cdb_write_slot *sorted = malloc((w->count + 1) * sizeof *sorted);
	if (!sorted)
		return false;
	uint32_t most = sort_slots(w, sorted, start);
	struct cdb_write_slot *table = malloc(((size_t)most * 2 + 1) * sizeof *table);
	bool written = table != NULL;
	for (size_t i = 0; written && i < TABLES; i++) {
		uint32_t count = start[i + 1] - start[i];
		uint32_pack(header + 8 * i, (uint32_t)w->pos);
		uint32_pack(header + 8 * i + 4, count * 2);
		written = write_table(w, sorted + start[i], count, table);
	}
	free(table);
	free(sorted);
	return written;
}

static bool copy_owner_and_mode(struct cdb_write const *w, int fd, mode_t mode)
{
	struct stat old, new;
	if (fstat(fd, &new) < 0)
		return false;
	if (fstatat(w->dir, w->name, &old, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT && fchmod(fd, mode) == 0;
	if (!S_ISREG(old.st_mode))
		return fail(EINVAL);
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid)
			&& fchown(fd, old.st_uid, old.st_gid) < 0)
		return false;
	return fchmod(fd, old.st_mode & 07777) == 0;
}

bool cdb_write_flush(struct cdb_write *w, mode_t mode)
{
	char header[HEADER];
	return write_tables(w, header)
		&& fseek(w->file, 0, SEEK_SET) == 0 && fwrite(header, 1, HEADER, w->file) == HEADER && fflush(w->file) == 0
		&& copy_owner_and_mode(w, fileno(w->file), mode);
}

bool cdb_write_sync(struct cdb_write *w)
{
	return fsync(fileno(w->file)) == 0;
}

bool cdb_write_finish(struct cdb_write *w, mode_t mode)
{
	return cdb_write_flush(w, mode) && cdb_write_sync(w);
}

bool cdb_write_replace(struct cdb_write *w)
{
	int r = fclose(w->file);
	w->file = NULL;
	if (r != 0 || renameat(w->dir, w->temp, w->dir, w->name) < 0)
		return false;
	w->temp[0] = 0;
	return true;
}

void cdb_write_abandon(struct cdb_write *w)
{
	int e = errno;
	if (w->file)
		fclose(w->file);
	if (w->temp[0])
		unlinkat(w->dir, w->temp, 0);
	free(w->slot);
	*w = (struct cdb_write){0};
	errno = e;
}
