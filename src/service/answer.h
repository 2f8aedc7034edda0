/* A queue program's ends: qmail-queue(8)'s exit codes, and the answer on descriptor 6. */
#ifndef SERVICE_ANSWER_H
#define SERVICE_ANSWER_H

#include <stdbool.h>

/* 11 to 40 are permanent, the others temporary. */
enum {
	ANSWER_LONG = 11, /* an address is too long */
	ANSWER_REFUSED = 31,
	ANSWER_MEMORY = 51,
	ANSWER_TIMEOUT = 52,
	ANSWER_FULL = 53, /* no space, no quota */
	ANSWER_READ = 54, /* message or envelope can't be read */
	ANSWER_SPOOL = 62, /* the spool can't be used */
	ANSWER_LATER = 71,
	ANSWER_WRITTEN = 82, /* the reason is on descriptor 6 */
	ANSWER_FORMAT = 91, /* no such envelope */
	ANSWER_MISUSED = 100
};

/* Is descriptor 6 a pipe that can be written to? To be asked at the start, before any
   file of ours may have become it. */
bool answer_wanted(void);

/* Writes the answer, put together of up to four strings: one line, at most 250 octets;
   what is not printable ASCII becomes `?`. A repeat's has a line end, no other has.
   False: it could not be written, as when nobody is there to read it any more. */
bool answer(char const *a, char const *b, char const *c, char const *d, bool repeat);

#endif
