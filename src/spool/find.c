/* Finding what was committed: by its key, in whatever folder it is by now. An answer is
   given only after the folder that gave it is synced, so that what was told to a client
   is never lost with an entry that another process had no time to sync. */
#include "spool/spool.h"

#include "spool/seen_text.h"
#include "spool/file.h"
#include "base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEEN_SIZE 65536 /* octets of a seen/ entry at most; spoolretire.c stays below */

static int open_file(int dir, char const *name)
{
	return fd_openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
}

/* What a file says of itself. 1, 0 (it is gone), -1. */
static int read_file(int dir, char const *name, struct spool_entry *entry)
{
	char head[SPOOLFILE_HEAD];
	struct slice id;
	int fd = open_file(dir, name);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	ssize_t n = fd_pread_all(fd, head, sizeof head, 0);
	fd_close(fd);
	if (n < 0)
		return -1;
	if (!spoolfile_identity(head, (size_t)n, &entry->send, &id))
		return errno = EBADMSG, -1;
	memcpy(entry->id, id.s, SPOOL_UUID - 1);
	entry->id[SPOOL_UUID - 1] = 0;
	return 1;
}

/* The line of key in an open seen/ entry; text has SEEN_SIZE octets. */
static int read_line(int fd, char *text, char const *key, struct spool_entry *entry)
{
	struct seen line;
	size_t at = 0;
	ssize_t n = fd_pread_all(fd, text, SEEN_SIZE, 0);
	if (n < 0)
		return -1;
	while (seen_next(&line, text, (size_t)n, &at) == 1) {
		if (line.key_len != strlen(key) || memcmp(text + line.key, key, line.key_len))
			continue;
		memcpy(entry->id, text + line.id, SPOOL_UUID - 1);
		entry->id[SPOOL_UUID - 1] = 0;
		entry->send = line.send;
		return 1;
	}
	return errno = EBADMSG, -1; /* a name without its line */
}

static int read_seen(int dir, char const *name, char const *key, struct spool_entry *entry)
{
	int fd = open_file(dir, name);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	char *text = malloc(SEEN_SIZE);
	int r = text ? read_line(fd, text, key, entry) : -1;
	fd_close(fd);
	free(text);
	return r;
}

/* Does this answer hold for whoever wants the one that carries id? */
static int judge(int r, char const *id, struct spool_entry const *entry)
{
	if (!id)
		return r;
	if (r < 0 && errno == EBADMSG) /* says nothing of an id */
		return 0;
	return r == 1 && strcmp(entry->id, id) ? 0 : r;
}

static int synced(int dir, int r)
{
	return r == 1 && !fd_fsync(dir) ? -1 : r;
}

/* In seen/ or new/, where a file bears its key's bare name. */
static int look(struct spool const *sp, enum spool_folder folder, char const *key,
	char const *id, struct spool_entry *entry)
{
	char path[8 + SPOOL_KEY];
	size_t n = strlen(spool_folders[folder]);
	memcpy(path, spool_folders[folder], n);
	path[n] = '/';
	memcpy(path + n + 1, key, strlen(key) + 1);
	int r = folder == SPOOL_SEEN ? read_seen(sp->fd, path, key, entry)
		: read_file(sp->fd, path, entry);
	r = judge(r, id, entry);
	if (r != 1)
		return r;
	int dir = spool_folder_open(sp, folder);
	if (dir < 0)
		return -1;
	r = synced(dir, r);
	fd_close(dir);
	return r;
}

/* In cur/, failed/ or done/: any file whose name has this key, whatever stands behind
   it, but for `except`, unless that is NULL. KEY.reason is no spool file. */
static int scan(struct spool const *sp, enum spool_folder folder, char const *key,
	char const *id, char const *except, struct spool_entry *entry)
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	size_t n = strlen(key);
	int r = 0;
	if (!d)
		return -1;
	while (r == 0 && (errno = 0, e = readdir(d)))
		if (spool_key_length(e->d_name) == n && memcmp(e->d_name, key, n) == 0
			&& strcmp(e->d_name + n, ".reason") && (!except || strcmp(e->d_name, except)))
			r = judge(read_file(dirfd(d), e->d_name, entry), id, entry);
	if (r == 0 && errno)
		r = -1;
	r = synced(dirfd(d), r);
	spool_folder_done(d);
	return r;
}

/* seen/ before new/, as the importer makes the one before it removes the other; new/
   before cur/, as readers move files from there to here. */
int spool_find(struct spool const *sp, char const *key, struct spool_entry *entry)
{
	int r = look(sp, SPOOL_SEEN, key, NULL, entry);
	if (r == 0)
		r = look(sp, SPOOL_NEW, key, NULL, entry);
	return r ? r : scan(sp, SPOOL_CUR, key, NULL, NULL, entry);
}

int spool_read(struct spool const *sp, enum spool_folder folder, char const *name,
	struct spool_entry *entry)
{
	int dir = spool_folder_open(sp, folder);
	if (dir < 0)
		return -1;
	int r = read_file(dir, name, entry);
	fd_close(dir);
	return r;
}

int spool_seen(struct spool const *sp, char const *key, struct spool_entry *entry)
{
	return look(sp, SPOOL_SEEN, key, NULL, entry);
}

int spool_has_other(struct spool const *sp, char const *key, char const *id, char const *except)
{
	struct spool_entry entry;
	int r = look(sp, SPOOL_NEW, key, id, &entry);
	for (enum spool_folder f = SPOOL_CUR; r == 0 && f <= SPOOL_DONE; f++)
		r = scan(sp, f, key, id, f == SPOOL_FAILED ? except : NULL, &entry);
	return r;
}

int spool_carries(struct spool const *sp, char const *key, char const *id)
{
	struct spool_entry entry;
	int r = look(sp, SPOOL_SEEN, key, id, &entry);
	if (r == 0)
		r = look(sp, SPOOL_NEW, key, id, &entry);
	for (enum spool_folder f = SPOOL_CUR; r == 0 && f <= SPOOL_DONE; f++)
		r = scan(sp, f, key, id, NULL, &entry);
	return r;
}
