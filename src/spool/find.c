/* Finding files by their key, in all folders. */
#define _FILE_OFFSET_BITS 64
#include "spool/find.h"

#include "base/fd.h"
#include "spool/file.h"
#include "spool/seen_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEN_SIZE 65536 /* octets of a seen/ entry at most; retire.c writes less */

/* Reads the start of a regular file. 0: it is missing, or not a regular file; -1: errno. */
static int read_start(int dir, char const *name, char *text, size_t room, size_t *n)
{
	struct stat st;
	int fd = fd_openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENXIO ? 0 : -1;
	ssize_t got = fstat(fd, &st) < 0 ? -1 : 0;
	bool is_regular = got == 0 && S_ISREG(st.st_mode);
	if (is_regular)
		got = fd_pread_all(fd, text, room, 0);
	fd_close(fd);
	if (got < 0)
		return -1;
	*n = (size_t)got;
	return is_regular;
}

static int read_file(int dir, char const *name, struct spool_entry *entry)
{
	char head[SPOOLFILE_HEAD];
	struct slice id;
	size_t n;
	int r = read_start(dir, name, head, sizeof head, &n);
	if (r <= 0)
		return r;
	if (!spoolfile_identity(head, n, &entry->send, &id))
		return errno = EBADMSG, -1;
	memcpy(entry->id, id.s, SPOOL_UUID - 1);
	entry->id[SPOOL_UUID - 1] = 0;
	return 1;
}

/* Finds the key's line in the text of a seen/ entry. */
static int parse_seen(char const *text, size_t n, char const *key, struct spool_entry *entry)
{
	struct seen line;
	size_t at = 0;
	while (seen_next(&line, text, n, &at) == 1) {
		if (line.key_len != strlen(key) || memcmp(text + line.key, key, line.key_len))
			continue;
		memcpy(entry->id, text + line.id, SPOOL_UUID - 1);
		entry->id[SPOOL_UUID - 1] = 0;
		entry->send = line.send;
		return 1;
	}
	return errno = EBADMSG, -1;
}

static int read_seen(int dir, char const *name, char const *key, struct spool_entry *entry)
{
	static char text[SEEN_SIZE];
	size_t n;
	int r = read_start(dir, name, text, sizeof text, &n);
	return r > 0 ? parse_seen(text, n, key, entry) : r;
}

/* Restricts an answer to entries with that id; NULL: any. */
static int filter_id(int r, char const *id, struct spool_entry const *entry)
{
	if (!id)
		return r;
	if (r < 0 && errno == EBADMSG)
		return 0;
	return r == 1 && strcmp(entry->id, id) ? 0 : r;
}

/* Looks in seen/ or new/, where a file is named by its key alone. */
static int find_by_name(struct spool const *sp, enum spool_folder folder, char const *key,
	char const *id, struct spool_entry *entry)
{
	char path[SPOOL_PATH];
	if (!spool_path(path, folder, key, ""))
		return -1;
	int r = folder == SPOOL_SEEN ? read_seen(sp->fd, path, key, entry)
		: read_file(sp->fd, path, entry);
	r = filter_id(r, id, entry);
	return r == 1 && !spool_folder_sync(sp, folder) ? -1 : r;
}

static bool has_key(char const *name, char const *key, size_t n)
{
	return spool_key_length(name) == n && memcmp(name, key, n) == 0 && strcmp(name + n, ".reason");
}

/* Looks in cur/, failed/ or done/ at each file whose name starts with the key. */
static int find_by_key(struct spool const *sp, enum spool_folder folder, char const *key,
	char const *id, char const *except, struct spool_entry *entry)
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	size_t n = strlen(key);
	int r = 0;
	if (!d)
		return -1;
	while (r == 0 && (errno = 0, e = readdir(d)))
		if (has_key(e->d_name, key, n) && (!except || strcmp(e->d_name, except)))
			r = filter_id(read_file(dirfd(d), e->d_name, entry), id, entry);
	if (r == 0 && errno)
		r = -1;
	if (r == 1 && !fd_fsync(dirfd(d)))
		r = -1;
	spool_folder_done(d);
	return r;
}

/* seen/ before new/: the importer makes seen/KEY before it removes the file. new/ before
   cur/: a Maildir reader moves files from new/ to cur/. */
int spool_find(struct spool const *sp, char const *key, struct spool_entry *entry)
{
	int r = find_by_name(sp, SPOOL_SEEN, key, NULL, entry);
	if (r == 0)
		r = find_by_name(sp, SPOOL_NEW, key, NULL, entry);
	return r ? r : find_by_key(sp, SPOOL_CUR, key, NULL, NULL, entry);
}

int spool_read(struct spool const *sp, enum spool_folder folder, char const *name,
	struct spool_entry *entry)
{
	char path[SPOOL_PATH];
	return spool_path(path, folder, name, "") ? read_file(sp->fd, path, entry) : -1;
}

int spool_find_seen(struct spool const *sp, char const *key, struct spool_entry *entry)
{
	return find_by_name(sp, SPOOL_SEEN, key, NULL, entry);
}

int spool_has_other(struct spool const *sp, char const *key, char const *id, char const *except)
{
	struct spool_entry entry;
	int r = find_by_name(sp, SPOOL_NEW, key, id, &entry);
	for (enum spool_folder f = SPOOL_CUR; r == 0 && f <= SPOOL_DONE; f++)
		r = find_by_key(sp, f, key, id, f == SPOOL_FAILED ? except : NULL, &entry);
	return r;
}

int spool_carries(struct spool const *sp, char const *key, char const *id)
{
	struct spool_entry entry;
	int r = find_by_name(sp, SPOOL_SEEN, key, id, &entry);
	return r ? r : spool_has_other(sp, key, id, NULL);
}

/* --- The whole spool -------------------------------------------------------------------- */

static int folder_is_empty(struct spool const *sp, enum spool_folder folder)
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	int empty = 1;
	if (!d)
		return -1;
	while (empty && (errno = 0, e = readdir(d)))
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	if (empty && errno)
		empty = -1;
	spool_folder_done(d);
	return empty;
}

int spool_is_empty(struct spool const *sp)
{
	int empty = 1;
	for (enum spool_folder f = SPOOL_NEW; empty == 1 && f <= SPOOL_SEEN; f++)
		empty = folder_is_empty(sp, f);
	return empty;
}

static void raise_by_file(char const *s, size_t n, uint64_t *highest)
{
	uint64_t send;
	struct slice id;
	if (spoolfile_identity(s, n, &send, &id) && send > *highest)
		*highest = send;
}

static void raise_by_seen(char const *s, size_t n, uint64_t *highest)
{
	struct seen line;
	for (size_t at = 0; seen_next(&line, s, n, &at) == 1;)
		if (line.send > *highest)
			*highest = line.send;
}

static bool raise_by_folder(struct spool const *sp, enum spool_folder folder, char *text, uint64_t *highest)
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	size_t n;
	int r = 0;
	if (!d)
		return false;
	while (r >= 0 && (errno = 0, e = readdir(d))) {
		r = read_start(dirfd(d), e->d_name, text, folder == SPOOL_SEEN ? SEEN_SIZE : SPOOLFILE_HEAD, &n);
		if (r > 0)
			(folder == SPOOL_SEEN ? raise_by_seen : raise_by_file)(text, n, highest);
	}
	bool done = r >= 0 && errno == 0;
	spool_folder_done(d);
	return done;
}

bool spool_highest(struct spool const *sp, uint64_t *highest)
{
	char *text = malloc(SEEN_SIZE);
	bool done = text != NULL;
	*highest = 0;
	for (enum spool_folder f = SPOOL_TMP; done && f <= SPOOL_SEEN; f++)
		done = raise_by_folder(sp, f, text, highest);
	free(text);
	return done;
}
