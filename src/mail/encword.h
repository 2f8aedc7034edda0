/* Encoded words in a header's value (RFC 2047), as mail in the wild has them: split into
   runs of octets, each with the charset it is in. Nothing is converted here. A character
   may be split between two words, so a reader of the value

   - joins the octets of neighbouring encoded runs of one charset (any case), and only
     then converts them; blanks between two words are never a run of their own;
   - reads runs that are not encoded as the raw text they are: ASCII by the rules,
     UTF-8 or any charset in the wild.

	struct encword e;
	struct encword_run run;
	int r;
	encword_start(&e, value, n);
	while ((r = encword_next(&e, &run, &scratch)) > 0)
		...;

   Tolerated: words inside quotes or stuck to other text, words of any length, blanks
   and `?` inside a word's text, an empty charset, base64 with garbage or without its
   padding, Q with stray `=`. What is no word stays as text. Time is linear in the value. */
#ifndef MAIL_ENCWORD_H
#define MAIL_ENCWORD_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct encword_run {
	bool encoded;
	char const *charset; /* inside the value, without RFC 2231's `*language`; */
	size_t charset_len;  /* 0 when not encoded, or when the word left it empty */
	char const *s;       /* decoded octets: not encoded, inside the value; encoded, in */
	size_t n;            /* scratch, until the next call. May be none. */
};

/* The walk's state; its members are encword.c's business. */
struct encword {
	char const *s;
	size_t n, at;
	size_t word, text, end; /* the next word: where it starts, its text, its `?=` */
	size_t closer;          /* the first `?=` not before the last place asked about */
	bool base64, after_word;
	size_t charset_len;
};

/* Begins with s[0..n), an unfolded value (mail/header.h), which must outlive the walk. */
void encword_start(struct encword *e, char const *s, size_t n);

/* The next run. scratch: any buffer, whose content is replaced; the caller frees it.
   1: *run is set; 0: the end; -1: out of memory. */
int encword_next(struct encword *e, struct encword_run *run, struct buf *scratch);

#endif
