/* The keys of tokens: see linkkeys.h. */
#define _GNU_SOURCE /* flock */
#include "send/linkkeys.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/fd.h"
#include "base/num.h"
#include "base/random.h"
#include "base/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_OCTETS = 65536, KEY_OCTETS = 32, MODE = 0640 };

/* Reads one line without its line end. False: it is malformed, or its number is known. */
static bool read_line(struct linkkeys *k, char const *s, size_t n)
{
	unsigned char key[KEY_OCTETS];
	uint64_t id;
	char const *blank = memchr(s, ' ', n);
	if (!blank || !num_scan(s, (size_t)(blank - s), 255, &id) || k->known[id])
		return false;
	char const *hex = blank + 1;
	if (n - (size_t)(hex - s) != 2 * KEY_OCTETS)
		return false;
	for (size_t i = 0; i < KEY_OCTETS; i++) {
		int high = ascii_hex(hex[2 * i]), low = ascii_hex(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		key[i] = (unsigned char)(high << 4 | low);
	}
	hash_key_init(&k->key[id], key, sizeof key);
	wipe(key, sizeof key);
	k->known[id] = true;
	if (k->count++ == 0)
		k->first = (unsigned char)id;
	return true;
}

static bool read_lines(struct linkkeys *k, char const *s, size_t n)
{
	for (size_t at = 0, end; at < n; at = end + 1) {
		char const *lf = memchr(s + at, '\n', n - at);
		end = lf ? (size_t)(lf - s) : n;
		if (end > at && s[at] != '#' && !read_line(k, s + at, end - at))
			return false;
	}
	return true;
}

/* Reads the file into text, which the caller wipes. */
static bool read_file(struct linkkeys *k, char const *path, struct buf *text)
{
	struct stat st;
	/* not the room for 256 keys: saca-hit would have to fault it in for each request */
	memset(k->known, 0, sizeof k->known);
	k->count = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size_t most = fstat(fd, &st) == 0 && st.st_size < FILE_OCTETS ? (size_t)st.st_size + 1 : FILE_OCTETS;
	ssize_t r = buf_reserve(text, most) ? fd_pread_all(fd, text->s, most, 0) : (errno = ENOMEM, -1);
	fd_close(fd);
	if (r < 0)
		return false;
	text->len = (size_t)r;
	if (text->len == most || !read_lines(k, text->s, text->len))
		return errno = EINVAL, false;
	return true;
}

static void forget_text(struct buf *text)
{
	int e = errno;
	if (text->s)
		wipe(text->s, text->cap);
	buf_free(text);
	errno = e;
}

bool linkkeys_read(struct linkkeys *k, char const *path)
{
	struct buf text = BUF_ZERO;
	bool done = read_file(k, path, &text);
	forget_text(&text);
	if (done && !k->count)
		return errno = EINVAL, false;
	return done;
}

bool linkkeys_mac(void const *keys, unsigned char key, void const *s, size_t n, unsigned char mac[TOKEN_MAC])
{
	struct linkkeys const *k = keys;
	unsigned char whole[HASH_OCTETS];
	if (!k->known[key])
		return false;
	hash_mac(whole, &k->key[key], s, n);
	memcpy(mac, whole, TOKEN_MAC);
	return true;
}

static bool choose_number(struct linkkeys const *k, unsigned char *id)
{
	*id = k->count ? (unsigned char)(k->first + 1) : 0;
	for (int i = 0; i < 256; i++, ++*id)
		if (!k->known[*id])
			return true;
	errno = ENOSPC;
	return false;
}

/* Appends the line of a new key. */
static bool make_line(struct buf *out, unsigned char id)
{
	static char const digits[] = "0123456789abcdef";
	unsigned char key[KEY_OCTETS];
	char number[NUM_FMT];
	if (!random_octets(key, sizeof key))
		return false;
	num_fmt(number, id);
	bool done = buf_puts(out, number) && buf_putc(out, ' ');
	for (size_t i = 0; done && i < sizeof key; i++)
		done = buf_putc(out, digits[key[i] >> 4]) && buf_putc(out, digits[key[i] & 15]);
	wipe(key, sizeof key);
	if (!done || !buf_putc(out, '\n'))
		return errno = ENOMEM, false;
	return true;
}

/* Gives the new file the owner and mode of the file that it replaces. */
static bool keep_owner(int fd, char const *path)
{
	struct stat old, new;
	if (stat(path, &old) < 0)
		return errno == ENOENT && fchmod(fd, MODE) == 0;
	if (fstat(fd, &new) < 0)
		return false;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) && fchown(fd, old.st_uid, old.st_gid) < 0)
		return false;
	return fchmod(fd, old.st_mode & 07777) == 0;
}

/* Writes the new line and the old text to `temporary` and renames that to path. */
static bool replace_file(char const *path, char const *temporary, struct buf const *line, struct buf const *text)
{
	if (unlink(temporary) < 0 && errno != ENOENT)
		return false;
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool done = fd_write_all(fd, line->s, line->len) && fd_write_all(fd, text->s, text->len)
		&& keep_owner(fd, path) && fd_fsync(fd) && rename(temporary, path) == 0;
	fd_close(fd);
	if (!done) {
		int e = errno;
		unlink(temporary);
		errno = e;
	}
	return done;
}

static bool add_key(char const *path, char const *temporary)
{
	struct linkkeys *k = malloc(sizeof *k);
	struct buf text = BUF_ZERO, line = BUF_ZERO;
	unsigned char id;
	bool done = k && (read_file(k, path, &text) || errno == ENOENT) && choose_number(k, &id)
		&& make_line(&line, id) && replace_file(path, temporary, &line, &text);
	if (k)
		wipe(k, sizeof *k);
	free(k);
	forget_text(&text);
	forget_text(&line);
	return done;
}

bool linkkeys_add(char const *path)
{
	size_t n = strlen(path);
	char *temporary = malloc(n + sizeof ".new"), *copy = strdup(path);
	bool done = false;
	int dir = temporary && copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	/* The lock prevents two processes from replacing each other's file. */
	if (dir >= 0 && flock(dir, LOCK_EX) == 0) {
		memcpy(temporary, path, n);
		memcpy(temporary + n, ".new", sizeof ".new");
		done = add_key(path, temporary) && fd_fsync(dir);
	}
	int e = errno;
	if (dir >= 0)
		close(dir);
	free(temporary);
	free(copy);
	errno = e;
	return done;
}
