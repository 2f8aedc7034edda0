/* Descriptor 6 of a queue program: the pipe on which it writes its answer. */
#ifndef SERVICE_ANSWER_PIPE_H
#define SERVICE_ANSWER_PIPE_H

#include <stdbool.h>

/* Is descriptor 6 a pipe that can be written to? Ask at the start, before a file of the
   program may have taken that number. */
bool answer_pipe_is_open(void);

/* Writes the line that answer_format makes of code, is_repeat and text. False: errno, for
   example EPIPE because the reader has gone. */
bool answer_pipe_write(int code, bool is_repeat, char const *text);

#endif
