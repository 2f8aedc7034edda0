/* Reading a cdb that may be damaged. */
#include "base/cdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/uint32.h>

#define HEADER 2048 /* 256 tables, each a position and a count of slots */

/* Does every table lie in the file? That cuts a truncated file off at once, and bounds
   the slots a lookup can walk through by the file's size. */
static int tables_inside(cdb const *map)
{
	for (uint32_t i = 0; i < HEADER; i += 8) {
		uint32_t pos, slots;
		uint32_unpack(map->map + i, &pos);
		uint32_unpack(map->map + i + 4, &slots);
		if (slots && (pos < HEADER || pos > map->size || slots > (map->size - pos) / 8))
			return 0;
	}
	return 1;
}

static int map_fd(cdb *map, int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_size < HEADER)
		return errno = EINVAL, -1;
	return cdb_init_fromfd(map, fd) ? 0 : -1;
}

int cdbfile_open(struct cdbfile *f, char const *path)
{
	/* Not waiting for a writer, should it be a fifo. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -1;
	int r = map_fd(&f->map, fd);
	fd_close(fd); /* leaves errno */
	if (r == 0 && !tables_inside(&f->map)) {
		cdbfile_close(f);
		return errno = EINVAL, -1;
	}
	return r;
}

void cdbfile_close(struct cdbfile *f)
{
	cdb_free(&f->map);
}

int cdbfile_next(struct cdbfile const *f, char const *key, size_t n, cdb_find_state *state,
	char const **value, size_t *len)
{
	cdb_data data;
	if (n > UINT32_MAX)
		return 0;
	int r = cdb_findnext(&f->map, &data, key, (uint32_t)n, state);
	if (r <= 0)
		return r;
	size_t at = (size_t)(data.s - f->map.map);
	if (at > f->map.size || data.len > f->map.size - at)
		return -1;
	*value = data.s;
	*len = data.len;
	return 1;
}

int cdbfile_find(struct cdbfile const *f, char const *key, size_t n,
	char const **value, size_t *len)
{
	cdb_find_state state = CDB_FIND_STATE_ZERO;
	return cdbfile_next(f, key, n, &state, value, len);
}
