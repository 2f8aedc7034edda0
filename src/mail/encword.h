/* Splits a header field's value into runs of octets: encoded words (RFC 2047), each with its
   charset, and the text between them. The charsets are not converted here. The caller

   - joins the octets of neighbouring encoded runs of one charset (any case) before it converts
     them, since programs split characters between two words. Blanks between two words are not
     a run;
   - reads the other runs as raw text: ASCII by the rules, UTF-8 or any charset in practice.

	struct encword e;
	struct encword_run run;
	int r;
	encword_start(&e, value, n);
	while ((r = encword_next(&e, &run, &scratch)) > 0)
		...;

   It tolerates words inside quotes, without blanks around them, or of any length. The text of a
   word may have blanks, `?`, garbage in base64 or no padding, or a stray `=` in Q; the charset
   may be empty. A malformed word is text. Time is linear in the value. */
#ifndef MAIL_ENCWORD_H
#define MAIL_ENCWORD_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct encword_run {
	bool encoded;
	char const *charset; /* inside the value, without RFC 2231's `*language`; */
	size_t charset_len;  /* 0 if not encoded, or if the word leaves it empty */
	char const *s;       /* the octets: inside the value; of an encoded word, decoded in */
	size_t n;            /* scratch, until the next call. n may be 0. */
};

/* The state; its members are private to encword.c. */
struct encword {
	char const *s;
	size_t n, at;
	size_t word, text, end; /* the next word: where it starts, its text, its `?=` */
	size_t closer;          /* the first `?=` at or after the last offset searched from */
	bool base64, after_word;
	size_t charset_len;
};

/* Begins with s[0..n), an unfolded value (mail/header.h), which must outlive e. */
void encword_start(struct encword *e, char const *s, size_t n);

/* Finds the next run. scratch: any buffer; its content is replaced, and the caller frees it.
   1: *run is set; 0: there are no more; -1: out of memory. */
int encword_next(struct encword *e, struct encword_run *run, struct buf *scratch);

#endif
