/* Reading a cdb that may be damaged. */
#include "io/cdbfile.h"

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

int cdbfile_open(struct cdbfile *f, char const *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || (!S_ISREG(st.st_mode) || st.st_size < HEADER ? (errno = EINVAL, 1) : 0)
			|| !cdb_init_fromfd(&f->map, fd)) {
		fd_close(fd);
		return -1;
	}
	fd_close(fd);
	if (tables_inside(&f->map))
		return 0;
	cdbfile_close(f);
	errno = EINVAL;
	return -1;
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
