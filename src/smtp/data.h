/* The octets behind DATA (RFC 5321 4.1.1.4, 4.5.2): finds the end, undoes the dots,
   turns line ends into LF, counts. And the octets of BDAT (RFC 3030), which have no
   dots and no end. */
#ifndef SMTP_DATA_H
#define SMTP_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum data_mode {
	DATA_CRLF, /* only CRLF ends a line; a bare LF is text: no smuggling */
	DATA_LF,   /* every LF ends a line, one CR before it is dropped */
	DATA_CHUNK /* BDAT: as DATA_CRLF, but a dot is a dot, and nothing ends it */
};

struct data {
	unsigned char mode, row;
	bool ended;    /* the final dot has been read */
	bool nul;      /* there was a NUL */
	uint64_t size; /* octets so far, dots undone, a line end as two */
};

void data_start(struct data *d, enum data_mode mode);

/* Reads s[0..n) up to its end or the body's; *used octets were taken. Writes the body to
   out and returns how many octets that is, at most *used + 1. out may be s - 1: what is
   written never overtakes what is read. A CR at the end of the body is held back until
   what follows is known. */
size_t data_feed(struct data *d, char *out, char const *s, size_t n, size_t *used);

/* The end of the last chunk: the octets still held back (a CR), at most 1. */
size_t data_flush(struct data *d, char *out);

#endif
