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

static bool map_file(cdb *map, int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return false;
	if (!S_ISREG(st.st_mode) || st.st_size < HEADER) {
		errno = EINVAL;
		return false;
	}
	return cdb_init_fromfd(map, fd);
}

bool cdbfile_open(struct cdbfile *f, char const *path)
{
	/* O_NONBLOCK: a fifo without a writer must not block. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	bool mapped = map_file(&f->map, fd);
	fd_close(fd);
	if (mapped && !tables_are_inside(&f->map)) {
		cdbfile_close(f);
		errno = EINVAL;
		return false;
	}
	return mapped;
}

void cdbfile_close(struct cdbfile *f)
{
	cdb_free(&f->map);
}

enum cdbfile_result cdbfile_next(struct cdbfile const *f, char const *key, size_t n, cdb_find_state *state,
	char const **value, size_t *len)
{
	cdb_data data;
	if (n > UINT32_MAX)
		return CDBFILE_NONE;
	int r = cdb_findnext(&f->map, &data, key, (uint32_t)n, state);
	if (r <= 0)
		return r < 0 ? CDBFILE_DAMAGED : CDBFILE_NONE;
	size_t at = (size_t)(data.s - f->map.map);
	if (at > f->map.size || data.len > f->map.size - at)
		return CDBFILE_DAMAGED;
	*value = data.s;
	*len = data.len;
	return CDBFILE_FOUND;
}

enum cdbfile_result cdbfile_find(struct cdbfile const *f, char const *key, size_t n,
	char const **value, size_t *len)
{
	cdb_find_state state = CDB_FIND_STATE_ZERO;
	return cdbfile_next(f, key, n, &state, value, len);
}
