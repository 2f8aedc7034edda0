/* The message on its way into the spool. */
#define _GNU_SOURCE /* sync_file_range */
#define _FILE_OFFSET_BITS 64
#include "spool/message.h"

#include "base/fd.h"
#include "base/memfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536
#define SMALL 16384 /* so much is read sooner than mapped */
#define PORTION 1048576 /* the disk has this to write while the next is copied */

static enum spool_message_fault read_small(struct spool_message *m, size_t size)
{
	static char room[SMALL];
	ssize_t n = fd_pread_all(m->fd, room, size, 0);
	if (n >= 0 && (size_t)n < size)
		errno = EIO; /* cut short meanwhile */
	if (n < 0 || (size_t)n < size)
		return SPOOL_MESSAGE_READ;
	m->s = room + m->at;
	return SPOOL_MESSAGE_OK;
}

static enum spool_message_fault map(struct spool_message *m, size_t size)
{
	char const *s = mmap(NULL, size, PROT_READ, MAP_PRIVATE, m->fd, 0);
	if (s == MAP_FAILED)
		return SPOOL_MESSAGE_MEMORY;
	m->mapped = true;
	m->s = s + m->at;
	return SPOOL_MESSAGE_OK;
}

/* All of a file of so many octets, from m->at on. */
static enum spool_message_fault take(struct spool_message *m, size_t size)
{
	m->n = size - (size_t)m->at;
	m->s = "";
	m->mapped = false;
	if (m->n == 0)
		return SPOOL_MESSAGE_OK;
	return size <= SMALL ? read_small(m, size) : map(m, size);
}

static enum spool_message_fault drain(struct spool_message *m, int fd, size_t max)
{
	static char piece[PIECE];
	size_t size = 0;
	ssize_t n;
	m->at = 0;
	m->fd = memfile_open();
	if (m->fd < 0)
		return SPOOL_MESSAGE_MEMORY;
	m->drained = true;
	while ((n = fd_read(fd, piece, sizeof piece)) > 0) {
		if ((size_t)n > max - size)
			return SPOOL_MESSAGE_LARGE;
		if (!fd_write_all(m->fd, piece, (size_t)n))
			return SPOOL_MESSAGE_MEMORY;
		size += (size_t)n;
	}
	return n < 0 ? SPOOL_MESSAGE_READ : take(m, size);
}

enum spool_message_fault spool_message_open(struct spool_message *m, int fd, size_t max)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return SPOOL_MESSAGE_READ;
	if (!S_ISREG(st.st_mode))
		return drain(m, fd, max);
	m->fd = fd;
	m->drained = false;
	m->at = lseek(fd, 0, SEEK_CUR);
	if (m->at < 0)
		return SPOOL_MESSAGE_READ;
	if (m->at > st.st_size)
		m->at = st.st_size;
	if ((uintmax_t)(st.st_size - m->at) > max || (uintmax_t)st.st_size > SIZE_MAX / 2)
		return SPOOL_MESSAGE_LARGE;
	return take(m, (size_t)st.st_size);
}

void spool_message_close(struct spool_message *m)
{
	if (m->mapped)
		munmap((void *)(m->s - m->at), m->n + (size_t)m->at);
	if (m->drained)
		close(m->fd);
	*m = (struct spool_message){.fd = -1};
}

bool spool_message_copy(struct spool_message const *m, int out)
{
	size_t done = 0;
#ifdef __linux__
	off_t at = m->at;
	while (done < m->n) {
		size_t left = m->n - done;
		ssize_t n = sendfile(out, m->fd, &at, left < PORTION ? left : PORTION);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 && (n == 0 || (errno != EINVAL && errno != ENOSYS)))
			return n == 0 ? (errno = EIO, false) : false;
		if (n < 0)
			break;
		done += (size_t)n;
		if (done < m->n) /* to begin with it early is all it does: the sync tells how it went */
			(void)sync_file_range(out, 0, 0, SYNC_FILE_RANGE_WRITE);
	}
#endif
	return fd_write_all(out, m->s + done, m->n - done);
}
