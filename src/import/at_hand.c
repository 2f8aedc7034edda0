/* The note is one line, `busy DEATHS NAME` or `idle DEATHS NAME`. DEATHS: how often the importer
   has died at that file. */
#include "import/at_hand.h"

#include "base/fd.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define BUSY "busy "
#define IDLE "idle "
#define WORD 5 /* octets of BUSY and of IDLE */
#define LINE (WORD + NUM_FMT + SPOOL_PATH + 1)

static bool write_line(int fd, char const *word, unsigned int deaths, char const *name)
{
	char line[LINE];
	if (strlen(name) >= SPOOL_PATH) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(line, word);
	num_fmt(line + WORD, deaths);
	strcat(strcat(strcat(line, " "), name), "\n");
	return fd_pwrite_all(fd, line, strlen(line), 0);
}

/* An unreadable line names no file. */
static void parse_line(struct at_hand *h, char *line, size_t n)
{
	char *end = memchr(line, '\n', n), *blank = n > WORD ? memchr(line + WORD, ' ', n - WORD) : NULL;
	uint64_t deaths;
	if (!end || !blank || blank > end || end - blank > SPOOL_PATH
		|| !num_scan(line + WORD, (size_t)(blank - line) - WORD, AT_HAND_REFUSED, &deaths))
		return;
	*end = 0;
	strcpy(h->suspect, blank + 1);
	h->deaths = h->suspect[0] ? (unsigned int)deaths + !memcmp(line, BUSY, WORD) : 0;
}

bool at_hand_open(struct at_hand *h, struct spool const *sp)
{
	char line[LINE];
	*h = (struct at_hand){.fd = fd_openat(sp->fd, "import", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600)};
	if (h->fd < 0)
		return false;
	ssize_t n = fd_pread_all(h->fd, line, sizeof line, 0);
	if (n < 0) {
		fd_close(h->fd);
		h->fd = -1;
		return false;
	}
	parse_line(h, line, (size_t)n);
	return at_hand_clear(h);
}

unsigned int at_hand_deaths(struct at_hand const *h, char const *name)
{
	return strcmp(h->suspect, name) ? 0 : h->deaths;
}

bool at_hand_note(struct at_hand const *h, char const *name)
{
	return write_line(h->fd, BUSY, at_hand_deaths(h, name), name);
}

bool at_hand_clear(struct at_hand *h)
{
	return write_line(h->fd, IDLE, h->deaths, h->suspect);
}

void at_hand_acquit(struct at_hand *h, char const *name)
{
	if (strcmp(h->suspect, name))
		return;
	h->suspect[0] = 0;
	h->deaths = 0;
}
