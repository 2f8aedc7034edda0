/* The places of a piece's HTML that a send changes: its tracked links, where its body begins
   (the view sentence goes there), and where it ends (the foot goes there). The HTML is read
   once, as browsers read it (mail/html.h); any input, linear time. */
#ifndef SEND_PLACES_H
#define SEND_PLACES_H

#include "send/links.h"

#include <stdbool.h>
#include <stddef.h>

/* An attribute's value, html[from..to), is the URL of that link. */
struct places_link {
	size_t from, to;
	size_t number;
};

/* All zero is empty. The holder frees it. */
struct places {
	struct places_link *link; /* in the order of html */
	size_t count, cap;

	/* After the first <body> tag; without one where the first content begins. */
	size_t header;
	/* Before the last </body>, or the end, or before an element that a browser would not show
	   the foot in: one that is broken off, and <template>, <select>, <svg> and the like that
	   stay open. Not before `header`. */
	size_t foot;
};

/* Reads html[0..n). With links, finds those to track, and adds their URLs to it; own: as in
   links_is_tracked. Without (NULL), finds none. False: out of memory. */
bool places_find(struct places *p, char const *html, size_t n, struct links *links, char const *own);
void places_free(struct places *p);

#endif
