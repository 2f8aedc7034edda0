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

#include <skalibs/uint64.h>

/* FILE begins with `magic`, and its first bucket holds nothing else. FILE.key holds two secrets, that of
   an even and that of an odd hour, each by offset and length:
     0   8  the hour
     8  32  the secret
    40 16 the beginning of the SHA-256 of both; a half-written secret has another */
enum { BUCKET = 512, ENTRIES = 4, HOUR = 3600, CHECK_AT = 8 + SESSIONS_SECRET, CHECK = 16,
	SLOT = 64, KEYFILE = 2 * SLOT, PATH = 4096 };
static char const magic[] = "saca TLS sessions, format 1\n";

static bool path_beside(char out[PATH], char const *file, char const *end)
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

/* Writes a file of `size` octets, `head` and zeroes, under another name, and renames it when it is
   complete. Several services may start at once: the name contains the process ID. */
static bool make_file(char const *file, char const *head, size_t n, off_t size)
{
	char temp[PATH], end[32];
	snprintf(end, sizeof end, ".%lu", (unsigned long)getpid());
	if (!path_beside(temp, file, end)) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (unlink(temp) < 0 && errno != ENOENT)
		return false;
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	int e = posix_fallocate(fd, 0, size);
	bool is_written = e == 0 && fd_pwrite_all(fd, head, n, 0);
	if (close(fd) == 0 && is_written && rename(temp, file) == 0)
		return true;
	e = e ? e : errno;
	unlink(temp);
	errno = e;
	return false;
}

/* The file that has the name already. A service that restarts keeps its sessions; a file that
   sessions_make has not made is not replaced. */
enum found { NOTHING, RIGHT, OTHER_SIZE, FOREIGN };

static enum found inspect_file(char const *file, off_t size, bool cache)
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

bool sessions_make(char const *file, uint64_t entries, struct fault *fault)
{
	static char const foreign[] = "another file has that name, or its mode is not 600";
	static char const cache_what[] = "make session cache", key_what[] = "make the key of session cache";
	char keyfile[PATH];
	off_t size = (off_t)((entries + ENTRIES - 1) / ENTRIES + 1) * BUCKET;
	if (!path_beside(keyfile, file, ".key"))
		return fault_errno(fault, cache_what, file, ENAMETOOLONG);
	enum found cache = inspect_file(file, size, true), key = inspect_file(keyfile, KEYFILE, false);
	if (cache == FOREIGN)
		return fault_because(fault, cache_what, file, foreign);
	if (key == FOREIGN)
		return fault_because(fault, key_what, file, foreign);
	if (key == NOTHING && !make_file(keyfile, "", 0, KEYFILE))
		return fault_errno(fault, key_what, file, errno);
	return cache == RIGHT || make_file(file, magic, sizeof magic - 1, size)
		|| fault_errno(fault, cache_what, file, errno);
}

/* --- The secret ---------------------------------------------------------------------- */

static void checksum_of(unsigned char const *slot, unsigned char out[br_sha256_SIZE])
{
	br_sha256_context c;
	br_sha256_init(&c);
	br_sha256_update(&c, slot, CHECK_AT);
	br_sha256_out(&c, out);
}

/* Copies the secret of `period`, if the file has it. */
static void copy_secret(struct sessions_secret *secret, unsigned char const file[KEYFILE], uint64_t period)
{
	unsigned char const *slot = file + (period & 1) * SLOT;
	unsigned char sum[br_sha256_SIZE];
	uint64_t there;
	uint64_unpack((char const *)slot, &there);
	checksum_of(slot, sum);
	secret->period = period;
	secret->known = there == period && memcmp(sum, slot + CHECK_AT, CHECK) == 0;
	if (secret->known)
		memcpy(secret->key, slot + 8, SESSIONS_SECRET);
}

static bool read_secrets(struct sessions *s, int fd, uint64_t now)
{
	unsigned char file[KEYFILE];
	if (fd_pread_all(fd, file, sizeof file, 0) != (ssize_t)sizeof file)
		return false;
	copy_secret(&s->secrets[0], file, now);
	copy_secret(&s->secrets[1], file, now - 1);
	wipe(file, sizeof file);
	return true;
}

static bool write_secret(int fd, uint64_t period)
{
	unsigned char slot[SLOT] = {0}, sum[br_sha256_SIZE];
	uint64_pack((char *)slot, period);
	bool done = random_octets(slot + 8, SESSIONS_SECRET);
	checksum_of(slot, sum);
	memcpy(slot + CHECK_AT, sum, CHECK);
	done = done && fd_pwrite_all(fd, slot, SLOT, (off_t)((period & 1) * SLOT));
	wipe(slot, sizeof slot);
	return done;
}

/* Loads the secrets. The first connection of an hour makes its secret, and others at that moment
   wait for it. The kernel releases the lock of a process that is killed. */
static bool load_secrets(struct sessions *s, int fd, uint64_t hour)
{
	if (!read_secrets(s, fd, hour))
		return false;
	if (s->secrets[0].known)
		return true;
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return false;
	return read_secrets(s, fd, hour)
		&& (s->secrets[0].known || (write_secret(fd, hour) && read_secrets(s, fd, hour)));
}

static bool check_and_load(struct sessions *s, int fd, char const *file, struct fault *fault)
{
	static char const what[] = "use the key of session cache";
	struct stat st;
	if (fstat(fd, &st) < 0)
		return fault_errno(fault, what, file, errno);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
		return fault_because(fault, what, file, "other users may access it: its mode must be 600");
	if (st.st_size != KEYFILE)
		return fault_because(fault, what, file, "it is damaged; remove it, and saca-tlsd -M makes a new one");
	return load_secrets(s, fd, (uint64_t)time(NULL) / HOUR) || fault_errno(fault, what, file, errno);
}

static bool open_key(struct sessions *s, char const *file, struct fault *fault)
{
	char keyfile[PATH];
	if (!path_beside(keyfile, file, ".key"))
		return fault_errno(fault, "open the key of session cache", file, ENAMETOOLONG);
	int fd = open(keyfile, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fault_errno(fault, "open the key of session cache", file, errno);
	bool loaded = check_and_load(s, fd, file, fault);
	close(fd);
	return loaded;
}

bool sessions_open(struct sessions *s, char const *file, struct fault *fault)
{
	memset(s, 0, sizeof *s);
	s->fd = open(file, O_RDWR | O_CLOEXEC);
	if (s->fd < 0)
		return fault_errno(fault, "open session cache", file, errno);
	if (!is_cache(s->fd, &s->buckets))
		fault_because(fault, "use", file, "it is not a session cache; saca-tlsd -M makes one");
	else if (open_key(s, file, fault))
		return true;
	sessions_close(s);
	return false;
}
