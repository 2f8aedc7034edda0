/* A queue program's answer. */
#include "service/answer.h"

#include "base/ascii.h"
#include "base/fd.h"

#include <fcntl.h>
#include <sys/stat.h>

#define ANSWER_FD 6
#define ANSWER_MAX 250

bool answer_wanted(void)
{
	struct stat st;
	if (fstat(ANSWER_FD, &st) < 0 || !S_ISFIFO(st.st_mode))
		return false;
	int flags = fcntl(ANSWER_FD, F_GETFL);
	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

bool answer(char const *a, char const *b, char const *c, char const *d, bool repeat)
{
	char line[ANSWER_MAX + 1];
	char const *part[] = {a, b, c, d};
	size_t n = 0;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		for (char const *s = part[i]; *s && n < ANSWER_MAX; s++)
			line[n++] = ascii_is_print(*s) ? *s : '?';
	if (repeat)
		line[n++] = '\n';
	return fd_write_all(ANSWER_FD, line, n);
}
