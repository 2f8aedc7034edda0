/* The octets after DATA (RFC 5321 sections 4.1.1.4 and 4.5.2): finds the end of the body, removes
   the stuffed dots, turns line ends into LF, and counts. Likewise the octets after BDAT (RFC
   3030), which have neither stuffed dots nor an end. */
#ifndef SMTP_DATA_H
#define SMTP_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum data_mode {
	DATA_CRLF, /* only CRLF ends a line; a bare LF is text, so that no message can be smuggled */
	DATA_LF,   /* every LF ends a line; one CR before it is dropped */
	DATA_CHUNK /* BDAT: as DATA_CRLF, but dots are text and nothing ends the body */
};

struct data {
	unsigned char mode, row;
	bool ended;    /* the final dot has been read */
	bool nul;      /* the body has a NUL */
	uint64_t size; /* octets so far, without stuffed dots, a line end as two */
};

/* Starts a body. */
void data_start(struct data *d, enum data_mode mode);

/* Reads s[0..n), or less if the body ends in it, and sets *used to the octets read. Writes the
   body to out and returns its length, at most *used + 1. out may be s - 1: writing never
   overtakes reading. A CR at the end is held back until the next octet is known. */
size_t data_feed(struct data *d, char *out, char const *s, size_t n, size_t *used);

/* After the last chunk of BDAT: writes the CR that is still held back, if there is one. Returns
   the octets written, 0 or 1. */
size_t data_flush(struct data *d, char *out);

#endif
