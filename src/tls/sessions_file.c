/* The session cache's two files: making them, opening them, replacing the secret. */
#include "tls/sessions.h"

#include "base/fd.h"
#include "base/random.h"
#include "base/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* FILE begins with this; its first bucket is this and zeroes. FILE.key holds two secrets,
   an hour's at its number's parity:
     0   8  the hour
     8  32  the secret
    40  16  SHA-256 of both, cut: tells a secret from one half-written */
enum { BUCKET = 512, ENTRIES = 4, HOUR = 3600, CHECK_AT = 8 + SESSIONS_SECRET, CHECK = 16,
	SLOT = 64, KEYFILE = 2 * SLOT, PATH = 4096 };
static char const magic[] = "saca TLS sessions, format 1\n";

static bool fault(char const **why, char const *what, int error)
{
	*why = what;
	errno = error;
	return false;
}

static bool beside(char out[PATH], char const *file, char const *end)
{
	int n = snprintf(out, PATH, "%s%s", file, end);
	return n > 0 && n < PATH;
}

static bool is_cache(int fd, uint64_t *buckets)
{
	char head[sizeof magic - 1];
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < (off_t)2 * BUCKET
			|| st.st_size % BUCKET != 0
			|| pread(fd, head, sizeof head, 0) != (ssize_t)sizeof head
			|| memcmp(head, magic, sizeof head) != 0)
		return false;
	*buckets = (uint64_t)st.st_size / BUCKET - 1;
	return true;
}

/* --- Making ------------------------------------------------------------------------- */

/* Writes a file of `size` octets, `head` and zeroes, under another name, and gives it its
   own when it is complete. */
static bool make(char const *file, char const *head, size_t n, off_t size)
{
	char temp[PATH], end[32];
	snprintf(end, sizeof end, ".%lu", (unsigned long)getpid()); /* several services may start at once */
	if (!beside(temp, file, end)) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (unlink(temp) < 0 && errno != ENOENT)
		return false;
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	int e = posix_fallocate(fd, 0, size);
	bool ok = e == 0 && fd_pwrite_all(fd, head, n, 0);
	if (close(fd) == 0 && ok && rename(temp, file) == 0)
		return true;
	e = e ? e : errno;
	unlink(temp);
	errno = e;
	return false;
}

/* What is there already under this name? A service that starts anew keeps its sessions, and
   nothing that is somebody else's is replaced. */
enum found { NOTHING, RIGHT, OTHER_SIZE, FOREIGN };

static enum found look(char const *file, off_t size, bool cache)
{
	struct stat st;
	uint64_t buckets;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? NOTHING : FOREIGN;
	enum found found = FOREIGN;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) == 0
			&& (cache ? is_cache(fd, &buckets) : st.st_size == size))
		found = st.st_size == size ? RIGHT : OTHER_SIZE;
	close(fd);
	return found;
}

bool sessions_make(char const *file, uint64_t entries, char const **why)
{
	char keyfile[PATH];
	off_t size = (off_t)((entries + ENTRIES - 1) / ENTRIES + 1) * BUCKET;
	if (!beside(keyfile, file, ".key"))
		return fault(why, "cannot be made", ENAMETOOLONG);
	enum found cache = look(file, size, true), key = look(keyfile, KEYFILE, false);
	if (cache == FOREIGN)
		return fault(why, "is there, and is no session cache of one's own", 0);
	if (key == FOREIGN)
		return fault(why, "has a .key that is none of one's own", 0);
	if (key == NOTHING && !make(keyfile, "", 0, KEYFILE))
		return fault(why, "has no .key, and none can be made", errno);
	if (cache != RIGHT && !make(file, magic, sizeof magic - 1, size))
		return fault(why, "cannot be made", errno);
	return true;
}

/* --- The secret ---------------------------------------------------------------------- */

static void check(unsigned char const *slot, unsigned char out[br_sha256_SIZE])
{
	br_sha256_context c;
	br_sha256_init(&c);
	br_sha256_update(&c, slot, CHECK_AT);
	br_sha256_out(&c, out);
}

/* Is the secret of `period` in the file? */
static void take(struct sessions_secret *secret, unsigned char const file[KEYFILE], uint64_t period)
{
	unsigned char const *slot = file + (period & 1) * SLOT;
	unsigned char sum[br_sha256_SIZE];
	uint64_t there = 0;
	for (int i = 8; i-- > 0;)
		there = there << 8 | slot[i];
	check(slot, sum);
	secret->period = period;
	secret->known = there == period && memcmp(sum, slot + CHECK_AT, CHECK) == 0;
	if (secret->known)
		memcpy(secret->key, slot + 8, SESSIONS_SECRET);
}

static bool read_secrets(struct sessions *s, int fd, uint64_t now)
{
	unsigned char file[KEYFILE];
	ssize_t r = pread(fd, file, sizeof file, 0);
	if (r != (ssize_t)sizeof file) {
		errno = r < 0 ? errno : 0;
		return false;
	}
	take(&s->secrets[0], file, now);
	take(&s->secrets[1], file, now - 1);
	wipe(file, sizeof file);
	return true;
}

static bool write_secret(int fd, uint64_t period)
{
	unsigned char slot[SLOT] = {0}, sum[br_sha256_SIZE];
	for (int i = 0; i < 8; i++)
		slot[i] = (unsigned char)(period >> 8 * i);
	bool ok = random_octets(slot + 8, SESSIONS_SECRET);
	check(slot, sum);
	memcpy(slot + CHECK_AT, sum, CHECK);
	ok = ok && fd_pwrite_all(fd, slot, SLOT, (off_t)((period & 1) * SLOT));
	wipe(slot, sizeof slot);
	return ok;
}

/* The hour's first connection makes its secret; who comes at the same time waits for that
   one, and who is killed meanwhile has held the lock for no longer than he lived. */
static bool secrets(struct sessions *s, int fd, uint64_t now)
{
	if (!read_secrets(s, fd, now))
		return false;
	if (s->secrets[0].known)
		return true;
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return false;
	return read_secrets(s, fd, now)
		&& (s->secrets[0].known || (write_secret(fd, now) && read_secrets(s, fd, now)));
}

static bool open_key(struct sessions *s, char const *file, char const **why)
{
	char keyfile[PATH];
	struct stat st;
	if (!beside(keyfile, file, ".key"))
		return fault(why, "cannot be opened", ENAMETOOLONG);
	int fd = open(keyfile, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fault(why, "has a .key that cannot be opened", errno);
	bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) == 0;
	if (!ok)
		fault(why, "has a .key that others than its owner may read", 0);
	else if (!(ok = secrets(s, fd, (uint64_t)time(NULL) / HOUR)))
		fault(why, "has a .key that cannot be used", errno);
	int e = errno;
	close(fd);
	errno = e;
	return ok;
}

bool sessions_open(struct sessions *s, char const *file, char const **why)
{
	memset(s, 0, sizeof *s);
	s->fd = open(file, O_RDWR | O_CLOEXEC);
	if (s->fd < 0)
		return fault(why, "cannot be opened", errno);
	if (!is_cache(s->fd, &s->buckets))
		fault(why, "is no session cache; saca-tlsd -M makes one", 0);
	else if (open_key(s, file, why))
		return true;
	int e = errno;
	sessions_close(s);
	errno = e;
	return false;
}
