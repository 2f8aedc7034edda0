/* Inspects a piece for a tester: its links, images without alternative text, and words of its text that
   the HTML does not have. */
#ifndef WEB_INSPECT_H
#define WEB_INSPECT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define INSPECT_CLIPPED 104448 /* octets (102 KB): Gmail shows no more of a mail's HTML */
#define INSPECT_LISTED 200     /* links and words that are listed at most */

/* All zero is empty. The caller frees it. */
struct inspection {
	struct buf links; /* the addresses of a and area in their order, references resolved, each with a NUL */
	struct buf words; /* the words that are missing in the HTML, each with a NUL */
	size_t link_count, word_count;   /* all of them, listed or not */
	size_t images, images_without_alt; /* alt="" is an alternative text: the image is decoration */
};

/* Inspects html[0..n) and text[0..tn). A word has at least four letters or digits; octets above 0x7f are letters;
   A-Z equal a-z. A word is missing if it is not in the HTML, not even in an attribute. False: out
   of memory. */
bool inspect_piece(struct inspection *out, char const *html, size_t n, char const *text, size_t tn);

void inspection_free(struct inspection *i);

#endif
