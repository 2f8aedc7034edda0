#include "base/cdb.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <skalibs/uint32.h>

#define HEADER 2048 /* 256 tables, each a position and a number of slots */

/* Are all tables inside the file? A file that is cut short fails here, and a lookup visits at most
   as many slots as the file holds. */
static bool tables_are_inside(cdb const *map)
{
	for (uint32_t i = 0; i < HEADER; i += 8) {
		uint32_t pos, slots;
		uint32_unpack(map->map + i, &pos);
		uint32_unpack(map->map + i + 4, &slots);
		if (slots && (pos < HEADER || pos > map->size || slots > (map->size - pos) / 8))
			return false;
	}
	return true;
}

static bool map_file(struct cdb_file *f, int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return false;
	if (!S_ISREG(st.st_mode) || st.st_size < HEADER) {
		errno = EINVAL;
		return false;
	}
	f->device = st.st_dev;
	f->inode = st.st_ino;
	f->changed = st.st_ctim;
	return cdb_init_fromfd(&f->map, fd);
}

int cdb_file_descriptor(char const *path)
{
	/* O_NONBLOCK: a fifo without a writer must not block. */
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

bool cdb_file_map(struct cdb_file *f, int fd)
{
	if (!map_file(f, fd))
		return false;
	if (tables_are_inside(&f->map))
		return true;
	cdb_file_close(f);
	errno = EINVAL;
	return false;
}

bool cdb_file_open(struct cdb_file *f, char const *path)
{
	int fd = cdb_file_descriptor(path);
	if (fd < 0)
		return false;
	bool mapped = cdb_file_map(f, fd);
	fd_close(fd);
	return mapped;
}

static bool is_current(struct cdb_file const *f, char const *path)
{
	struct stat st;
	return f->map.map && stat(path, &st) == 0 && st.st_dev == f->device && st.st_ino == f->inode
		&& st.st_ctim.tv_sec == f->changed.tv_sec && st.st_ctim.tv_nsec == f->changed.tv_nsec;
}

bool cdb_file_update(struct cdb_file *f, char const *path)
{
	if (is_current(f, path))
		return true;
	cdb_file_close(f);
	return cdb_file_open(f, path);
}

void cdb_file_close(struct cdb_file *f)
{
	cdb_free(&f->map);
}

enum cdb_file_result cdb_file_next(struct cdb_file const *f, char const *key, size_t n, cdb_find_state *state,
	char const **value, size_t *len)
{
	cdb_data data;
	if (n > UINT32_MAX)
		return CDB_FILE_NONE;
	int r = cdb_findnext(&f->map, &data, key, (uint32_t)n, state);
	if (r <= 0)
		return r < 0 ? CDB_FILE_DAMAGED : CDB_FILE_NONE;
	size_t at = (size_t)(data.s - f->map.map);
	if (at > f->map.size || data.len > f->map.size - at)
		return CDB_FILE_DAMAGED;
	*value = data.s;
	*len = data.len;
	return CDB_FILE_FOUND;
}

enum cdb_file_result cdb_file_find(struct cdb_file const *f, char const *key, size_t n,
	char const **value, size_t *len)
{
	cdb_find_state state = CDB_FIND_STATE_ZERO;
	return cdb_file_next(f, key, n, &state, value, len);
}
