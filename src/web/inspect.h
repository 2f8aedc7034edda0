/* Inspects a piece for a tester: its links, images without alternative text, and what its HTML and its text do
   not share. */
#ifndef WEB_INSPECT_H
#define WEB_INSPECT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define INSPECT_CLIPPED 104448 /* octets (102 KB): Gmail shows no more of a mail's HTML */
#define INSPECT_LISTED 200     /* strings that a list has at most */

/* Strings, each with a NUL. count: of all, listed or not. */
struct inspect_list {
	struct buf strings;
	size_t count;
};

/* All zero is empty. The caller frees it. */
struct inspection {
	struct inspect_list links; /* the addresses of a and area in their order, references resolved */
	size_t images, images_without_alt; /* alt="" is an alternative text: the image is decoration */
	bool has_text;             /* the text has a word or an address; if not, nothing is compared */
	/* In the order of their octets, each once. */
	struct inspect_list html_words, text_words; /* words that only the HTML has; words that only the text has */
	struct inspect_list html_links, text_links; /* http and https addresses that only one of them has */
};

/* Inspects html[0..n) and text[0..tn). Words of the HTML are those that a browser shows, without those in
   conditional comments; alt and title count for the text, which may have them or not. For words and addresses see
   inspect_words.h. False: out of memory. */
bool inspect_piece(struct inspection *out, char const *html, size_t n, char const *text, size_t tn);

/* Frees the memory. */
void inspection_free(struct inspection *i);

#endif
