/* The queue program's answer to one message: as it is written, and as it is read.

   A queue program ends with an exit code of qmail-queue(8). If its descriptor 6 is a pipe, it
   may write one line there before, without a line end: a letter, then a text.

     letter  exit code          meaning                     reply to the client
     K       0                  accepted                    250 OK TEXT
     R       0                  a repeat, accepted before   250 OK TEXT
     D       82, or 11 to 40    refused for good            500 Internal error - TEXT
     Z       82                 failed, try again later     451 TEXT
     none    53                 no space                    452
     none    any other          failed, try again later     451

   The D and Z lines are those of the custom-error patch of netqmail; K and R are ours.
   saca-smtpd(8), THE QUEUE, documents the interface. */
#ifndef SERVICE_ANSWER_H
#define SERVICE_ANSWER_H

#include "base/num.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit codes of a queue program; 11 to 40 are permanent, all others but 0 temporary. */
enum answer_code {
	ANSWER_LONG = 11,    /* an address is too long */
	ANSWER_REFUSED = 31,
	ANSWER_MEMORY = 51,
	ANSWER_TIMEOUT = 52,
	ANSWER_FULL = 53,    /* no space, or over a quota */
	ANSWER_READ = 54,    /* message or envelope cannot be read */
	ANSWER_SPOOL = 62,   /* the spool cannot be used */
	ANSWER_LATER = 71,
	ANSWER_WRITTEN = 82, /* the reason is on descriptor 6 */
	ANSWER_FORMAT = 91   /* the envelope is malformed */
};

#define ANSWER_LINE 250 /* octets of the line on descriptor 6, its letter included */

/* Writes the line of an answer to out, not NUL-terminated: the letter that belongs to the
   code, then the text. Octets outside printable ASCII become `?`, what exceeds ANSWER_LINE is
   cut. is_repeat counts only with code 0. Returns the length. A program that has written the
   line of a refusal or failure exits with ANSWER_WRITTEN. */
size_t answer_format(char out[ANSWER_LINE], int code, bool is_repeat, char const *text);

enum verdict {
	VERDICT_ACCEPTED,  /* 250 */
	VERDICT_REPEAT,    /* 250: the same message was accepted before */
	VERDICT_PERMANENT, /* 500 Internal error - TEXT */
	VERDICT_TEMPORARY, /* 451 */
	VERDICT_FULL       /* 452 */
};

struct answer {
	enum verdict verdict;
	char text[ANSWER_LINE]; /* printable ASCII, NUL-terminated; "" without one */
};

/* Reads an answer. code: the exit code, or -1 if a signal or the deadline ended the program.
   line[0..n): the octets from descriptor 6, of which only the first line counts. A line whose
   letter contradicts the code is ignored. A refusal without a text gets one. */
void answer_read(struct answer *a, int code, char const *line, size_t n);

/* The text of an accepted message: `id=1166 UUID` for a send, or `contacts=3 UUID`. */
#define ANSWER_RECEIPT (9 + NUM_FMT + 1 + 32)

/* Writes the receipt, NUL-terminated. uuid: 32 hexadecimal digits. */
void answer_format_receipt(char out[ANSWER_RECEIPT], bool is_send, uint64_t number, char const *uuid);

/* Finds the number of the send (NULL for contacts) and the UUID in such a text; the pointers
   are into text. False: the text has another form. */
bool answer_read_receipt(char const *text, char const **id, size_t *id_n, char const **uuid, size_t *uuid_n);

#endif
