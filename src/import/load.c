/* Reading one file of the spool into memory. */
#include "import/load.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_shortage(int e)
{
	return e == ENOMEM || e == EMFILE || e == ENFILE;
}

static enum load_result read_all(int fd, struct buf *out)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return LOAD_UNREAD;
	if (st.st_size > LOAD_MAX)
		return LOAD_HUGE;
	out->len = 0;
	/* One octet more than needed, so that the first read sees the end. */
	if (!buf_reserve(out, (size_t)st.st_size + 1))
		return LOAD_FAILED;
	for (;;) {
		ssize_t n = fd_read(fd, out->s + out->len, out->cap - out->len);
		if (n == 0)
			return LOAD_OK;
		if (n < 0)
			return LOAD_UNREAD;
		out->len += (size_t)n;
		if (out->len > (size_t)LOAD_MAX)
			return LOAD_HUGE;
		if (!buf_reserve(out, 1))
			return LOAD_FAILED;
	}
}

enum load_result load_file(struct spool const *sp, struct batch_file const *f, struct buf *out)
{
	char path[SPOOL_PATH];
	if (!spool_path(path, f->folder, f->name, ""))
		return LOAD_UNREAD;
	int fd = fd_openat(sp->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return errno == ENOENT ? LOAD_GONE : is_shortage(errno) ? LOAD_FAILED : LOAD_UNREAD;
	enum load_result r = read_all(fd, out);
	fd_close(fd);
	return r;
}
