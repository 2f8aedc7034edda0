/* Judges who is to blame for a mail that was not delivered, by the enhanced code (RFC 3463), or
   else by the server's words. */
#ifndef SEND_BLAME_H
#define SEND_BLAME_H

#include <stdbool.h>
#include <stddef.h>

#define BLAME_CODE 12 /* octets of a code such as 5.1.10, with its NUL: each number has at most 3 digits */

enum blame {
	BLAME_ADDRESS, /* the address does not exist: unsubscribe at once */
	BLAME_SENDER,  /* policy: the contact is not to blame */
	BLAME_UNCLEAR  /* anything else: unsubscribe when it repeats */
};

/* Judges a failure. code: an enhanced code, or ""; text: the server's words. Both are strings. */
enum blame blame_of(char const *code, char const *text);

/* Finds the first enhanced code of class 2, 4 or 5 in s[0..n). It must be a word of its own, or
   follow an SMTP code and a hyphen (`550-5.1.1`). False: not found, and out is "". */
bool blame_code(char out[BLAME_CODE], char const *s, size_t n);

#endif
