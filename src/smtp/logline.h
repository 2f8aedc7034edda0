/* A line of the log: `key=value` pairs that stay apart whatever the values hold. */
#ifndef SMTP_LOGLINE_H
#define SMTP_LOGLINE_H

#include <stddef.h>

#define LOGLINE_VALUE 256 /* octets of a value, before escaping */
#define LOGLINE_MAX 4096

struct logline {
	size_t len;
	char s[LOGLINE_MAX];
};

/* Starts with `name:`. */
void logline_start(struct logline *l, char const *name);

/* Adds ` key=value`. A value is cut at LOGLINE_VALUE; octets outside 0x21-0x7e, `%` and
   `=` become %XX; an empty one becomes `-`. A pair that does not fit is cut short. */
void logline_add(struct logline *l, char const *key, char const *value, size_t n);

/* Adds text as it is: printable ASCII, to be the last of the line. What does not fit is cut. */
void logline_text(struct logline *l, char const *before, char const *text);

/* Ends the line with its LF: s[0..len) is ready to be written. */
void logline_end(struct logline *l);

#endif
