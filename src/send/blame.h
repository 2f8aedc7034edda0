/* Who is to blame for a mail that was not delivered: the enhanced codes of RFC 3463, and the
   words of servers that give none. */
#ifndef SEND_BLAME_H
#define SEND_BLAME_H

#include <stdbool.h>
#include <stddef.h>

#define BLAME_CODE 12 /* octets of a code such as 5.1.10, with its NUL: each number has at most 3 digits */

enum blame {
	BLAME_ADDRESS, /* the address does not exist: unsubscribe at once */
	BLAME_SENDER,  /* policy: the contact is not to blame */
	BLAME_UNCLEAR  /* the rest: unsubscribe when it repeats */
};

/* Judges a failure. code: an enhanced code, or ""; text: what the server said. Both are strings. */
enum blame blame_of(char const *code, char const *text);

/* Finds the first enhanced code of class 2, 4 or 5 in s[0..n) that is a word of its own; one
   after an SMTP code and a hyphen is (`550-5.1.1`). False: there is none, and out is "". */
bool blame_code(char out[BLAME_CODE], char const *s, size_t n);

#endif
