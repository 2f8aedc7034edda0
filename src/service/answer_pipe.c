/* Descriptor 6 of a queue program. */
#include "service/answer_pipe.h"

#include "base/fd.h"
#include "service/answer.h"

#include <fcntl.h>
#include <sys/stat.h>

#define ANSWER_FD 6

bool answer_pipe_is_open(void)
{
	struct stat st;
	if (fstat(ANSWER_FD, &st) < 0 || !S_ISFIFO(st.st_mode))
		return false;
	int flags = fcntl(ANSWER_FD, F_GETFL);
	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

bool answer_pipe_write(int code, bool is_repeat, char const *text)
{
	char line[ANSWER_LINE];
	return fd_write_all(ANSWER_FD, line, answer_format(line, code, is_repeat, text));
}
